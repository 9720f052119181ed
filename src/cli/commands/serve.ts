// `heddle serve`: the HTTP server on a data folder. The first start brings a demo app with a key.

import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { messageOf } from '../../base/errors.ts'
import { systemSeams } from '../../base/seams.ts'
import { type Config, describeConfig } from '../../config.ts'
import type { Platform } from '../../platform.ts'
import { openConfigSource } from '../config-source.ts'
import type { CommonOptions } from '../context.ts'
import { createLog } from '../log.ts'
import { CommandError, EXIT, type ExitCode, printJson, printLine } from '../output.ts'
import { letYoungGenerationGrow } from '../young-generation.ts'

export interface ServeOptions extends CommonOptions {
  readonly port?: number
  readonly host?: string
}

/** Milliseconds that clients have for taking the last of their answers. */
const GRACE_MS = 5_000

const DEMO = new URL('../../../examples/demo.yml', import.meta.url)

export const serveCommand = async (options: ServeOptions): Promise<ExitCode> => {
  const source = openConfigSource(options)
  const { config } = source
  const host = options.host ?? config.server.host
  const port = options.port ?? config.server.port
  const log = createLog(config.log.level)
  log.debug('config', { config: describeConfig(config) })
  const stopped = waitForSignal()
  const { createPlatform } = await import('../../platform.ts')
  const platform = await createPlatform(config, systemSeams(log), source.readAgain)
  let stopFollowing = () => {}
  try {
    const interrupted = await platform.markInterruptedRuns()
    if (interrupted > 0) log.warn('runs-interrupted', { count: interrupted })
    void platform.purgeDeletedApps()
    await platform.forms.watch()
    await platform.annotations.resume()
    const server = platform.createServer()
    try {
      await server.listen({ host, port })
    } catch (error) {
      throw new CommandError(`The server cannot listen on ${host}:${port}: ${messageOf(error)}`)
    }
    const url = addressOf(server.server.address() as AddressInfo)
    const demo = await importDemo(platform)
    const setupToken = await platform.accounts.issueSetupToken()
    if (options.json) {
      const facts = { url, pid: process.pid, dataDir: config.dataDir }
      printJson({ ...facts, ...(demo && { demo }), ...(setupToken !== undefined && { setupToken }) })
    } else {
      printWelcome(config, url, demo)
      if (setupToken !== undefined) printSetup(url, setupToken)
    }
    letYoungGenerationGrow()
    stopFollowing = source.follow(platform.liveConfiguration, log)
    // A person at a terminal has just been told.
    if (!process.stdout.isTTY) log.info('listening', { url })
    const signal = await stopped
    log.info('stopping', { signal })
    // Runs first: their readers still get the end.
    await platform.runs.close()
    const cut = setTimeout(() => server.server.closeAllConnections(), GRACE_MS)
    await server.close()
    clearTimeout(cut)
  } finally {
    stopFollowing()
    await platform.close()
  }
  return EXIT.ok
}

interface Demo {
  readonly appId: string
  readonly key: string
}

/** Into an empty folder only: whoever deleted the demo app does not want it back. */
const importDemo = async ({ apps, keys, caller }: Platform): Promise<Demo | undefined> => {
  if ((await apps.list(caller)).length > 0) return undefined
  const imported = await apps.import(caller, readFileSync(DEMO, 'utf8'))
  if (!imported.ok) throw new Error(`the demo app is broken: ${imported.issues[0]?.message}`)
  const { secret } = await keys.create(caller, { scope: 'app', appId: imported.app.id, name: 'demo' })
  return { appId: imported.app.id, key: secret }
}

const printWelcome = (config: Config, url: string, demo: Demo | undefined): void => {
  printLine(`Heddle is listening on ${url}  (data in ${config.dataDir})`)
  if (!demo) {
    printLine('Keys are shown once, when they are made: heddle keys create --app ID')
    return
  }
  printLine('')
  printLine(`The demo app ${demo.appId} is ready. Its key, shown this once: ${demo.key}`)
  printLine('Ask it something:')
  printLine('')
  printLine(`curl -N ${url}/v1/chat-messages \\`)
  printLine(`  -H 'Authorization: Bearer ${demo.key}' -H 'Content-Type: application/json' \\`)
  printLine(
    `  -d '{"query": "How does Heddle run Python code?", "inputs": {}, "response_mode": "streaming", "user": "me"}'`,
  )
  printLine('')
}

const printSetup = (url: string, token: string): void => {
  printLine(
    'Nobody can sign in yet. The first account is made with this token, which works once, until the next start:',
  )
  printLine('')
  printLine(`heddle setup --url ${url} --token ${token} --email you@example.org --name You`)
  printLine('')
}

const addressOf = ({ address, port, family }: AddressInfo): string => {
  // What listens everywhere is reached here under the loopback address.
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}

const waitForSignal = (): Promise<string> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(signal))
  })
