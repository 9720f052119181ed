// Saved sign-ins of this user, one a server: ~/.config/heddle/credentials.json, readable by nobody else.
//
// C1  The file is replaced as a whole, so that a reader never sees half of it.
// C2  Changes are made one at a time across processes, under a lock file beside it: a refresh token is used once.

import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { TokenStore, Tokens } from '../wire/client/tokens.ts'
import { CommandError, EXIT } from './output.ts'

export interface SignIn {
  readonly email: string
  readonly tokens: Tokens
}

type SignIns = Readonly<Record<string, SignIn>>

export interface Credentials {
  find(url: string): SignIn | undefined
  urls(): readonly string[]
  save(url: string, signIn: SignIn): Promise<void>
  /** False when there was none. */
  forget(url: string): Promise<boolean>
  tokensFor(url: string): TokenStore
}

export const credentialsFolder = (): string => join(process.env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'heddle')

export const openCredentials = (folder = credentialsFolder()): Credentials => {
  const file = join(folder, 'credentials.json')
  const read = (): SignIns => readSignIns(file)
  const change = async (work: (signIns: SignIns) => SignIns): Promise<void> =>
    withLock(folder, async () => write(folder, file, work(read())))
  return {
    find: (url) => (Object.hasOwn(read(), url) ? read()[url] : undefined),
    urls: () => Object.keys(read()),
    save: (url, signIn) => change((all) => ({ ...all, [url]: signIn })),

    async forget(url) {
      if (!Object.hasOwn(read(), url)) return false
      await change((all) => without(all, url))
      return true
    },

    tokensFor: (url) => ({
      read: async () => read()[url]?.tokens,
      renew: (renew) =>
        withLock(folder, async () => {
          const all = read()
          const present = all[url]
          if (!present) return undefined
          const tokens = await renew(present.tokens)
          write(folder, file, tokens ? { ...all, [url]: { ...present, tokens } } : without(all, url))
          return tokens
        }),
    }),
  }
}

const without = (all: SignIns, url: string): SignIns =>
  Object.fromEntries(Object.entries(all).filter(([known]) => known !== url))

const readSignIns = (file: string): SignIns => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new CommandError(`The saved sign-ins in ${file} cannot be read: ${messageOf(error)}`, EXIT.failed)
  }
  try {
    const { servers } = JSON.parse(text) as { readonly servers: SignIns }
    if (typeof servers === 'object' && servers !== null) return servers
  } catch {
    // Answered below: whatever is in the file, it is not what we wrote.
  }
  throw new CommandError(`The file ${file} is broken. Remove it and sign in again.`, EXIT.failed)
}

const write = (folder: string, file: string, servers: SignIns): void => {
  const fresh = join(folder, `credentials.${process.pid}.tmp`)
  try {
    writeFileSync(fresh, `${JSON.stringify({ servers }, null, 2)}\n`, { mode: 0o600, flush: true })
    renameSync(fresh, file)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw new CommandError(`The sign-in cannot be saved in ${file}: ${messageOf(error)}`, EXIT.failed)
  }
}

const LOOK_EVERY_MS = 25
/** Longer than a renewal takes; then whoever holds the lock is stuck or gone. */
const STALE_MS = 60_000

const withLock = async <T>(folder: string, work: () => Promise<T>): Promise<T> => {
  const lock = join(folder, 'credentials.lock')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    while (!take(lock)) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  } catch (error) {
    throw new CommandError(`The folder ${folder} cannot be used: ${messageOf(error)}`, EXIT.failed)
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

const take = (lock: string): boolean => {
  try {
    const handle = openSync(lock, 'wx', 0o600)
    writeFileSync(handle, String(process.pid))
    closeSync(handle)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    if (isAbandoned(lock)) breakLock(lock)
    return false
  }
}

const isAbandoned = (lock: string): boolean => {
  try {
    if (Date.now() - statSync(lock).mtimeMs > STALE_MS) return true
    const owner = Number(readFileSync(lock, 'utf8'))
    // Empty for a moment after it was made.
    return owner > 0 && !isAlive(owner)
  } catch {
    // Released meanwhile.
    return false
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

/** Moved away first: of several that see an abandoned lock, one removes it. */
const breakLock = (lock: string): void => {
  const aside = `${lock}.${process.pid}`
  try {
    renameSync(lock, aside)
    rmSync(aside, { force: true })
  } catch {
    // Somebody else was quicker.
  }
}
