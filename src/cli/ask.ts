// Questions to the person at the terminal. Passwords are not shown, and never taken from arguments, which others can see.

import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { CommandError, EXIT } from './output.ts'

export interface PasswordOptions {
  readonly passwordStdin?: boolean
}

export const askText = async (question: string, flag: string): Promise<string> => {
  if (!process.stdin.isTTY) throw new CommandError(`Say it with ${flag}: there is no terminal to ask at.`)
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await lines.question(`${question}: `)).trim()
  } finally {
    lines.close()
  }
}

/** From stdin with `--password-stdin`, otherwise asked for. */
export const askPassword = async ({ passwordStdin }: PasswordOptions): Promise<string> => {
  if (passwordStdin) return readFileSync(0, 'utf8').replace(/\r?\n[\s\S]*$/, '')
  if (!process.stdin.isTTY)
    throw new CommandError('Give the password with --password-stdin: there is no terminal to ask at.')
  return readHidden('Password: ')
}

const LONGEST = 1_024

const readHidden = (question: string): Promise<string> => {
  const { stdin, stderr } = process
  stderr.write(question)
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.resume()
  return new Promise((resolve, reject) => {
    let text = ''
    const end = (finish: () => void) => {
      stdin.off('data', onData)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      finish()
    }
    const onData = (piece: string) => {
      for (const key of piece) {
        if (key === '\r' || key === '\n' || key === '\u0004') return end(() => resolve(text))
        if (key === '\u0003') return end(() => reject(new CommandError('Stopped.', EXIT.stopped)))
        if (key === '\u007f' || key === '\b') text = [...text].slice(0, -1).join('')
        else if (key >= ' ' && text.length < LONGEST) text += key
      }
    }
    stdin.on('data', onData)
  })
}
