// `heddle run FILE`: runs an app file once, without a server and without keeping anything.

import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { messageOf } from '../../base/errors.ts'
import { parseJson } from '../../base/json.ts'
import { isObject, objectFrom, type Value, type ValueObject } from '../../base/value.ts'
import type { Engine } from '../../engine.ts'
import type { CheckedApp } from '../../product/apps/check.ts'
import type { ExecutionEvent } from '../../product/runs/events.ts'
import { type CommonOptions, readConfig, readText, withEngine } from '../context.ts'
import { CommandError, dim, EXIT, type ExitCode, note, printJson, red } from '../output.ts'

export interface RunOptions extends CommonOptions {
  readonly input: readonly string[]
  readonly inputs?: string
  readonly query?: string
  readonly user: string
  readonly quiet?: boolean
}

export const runCommand = (path: string, options: RunOptions): Promise<ExitCode> =>
  withEngine(readConfig(options), async (engine) => {
    const app = openFile(engine, path)
    const given = await readInputs(engine, options)
    const inputs = engine.checkInputs(app.file, given)
    if (!inputs.ok) throw new CommandError('The inputs do not fit the app:', EXIT.usage, inputs.issues)
    if (CHATS.has(app.file.mode) && options.query === undefined) {
      throw new CommandError('This is a chat app: say something with --query "…".')
    }
    const stop = new AbortController()
    const onSignal = () => stop.abort('Stopped by Ctrl-C.')
    process.once('SIGINT', onSignal)
    try {
      const { file, plan } = app
      const shared = { file, inputs: inputs.value, history: [], user: options.user, tenantId: LOCAL_TENANT }
      const events = plan
        ? engine.execute({ ...shared, plan, system: systemVariables(app, options), signal: stop.signal })
        : engine.answer({ ...shared, query: options.query ?? '', files: [], signal: stop.signal })
      const show = options.json ? printJson : createTerminal(options)
      for await (const event of events) {
        show(event)
        if (event.type === 'run-end') return exitCodeOf(event)
        if (event.type === 'run-pause') return EXIT.failed
      }
      return EXIT.failed
    } finally {
      process.off('SIGINT', onSignal)
    }
  })

const LOCAL_TENANT = 'tenant_00000000-0000-7000-8000-000000000000'
const CHATS: ReadonlySet<string> = new Set(['chat', 'agent-chat', 'advanced-chat'])

const openFile = (engine: Engine, path: string): CheckedApp => {
  const checked = engine.check(readText(path))
  if (!checked.ok) throw new CommandError(`${path} cannot run:`, EXIT.usage, checked.issues)
  return checked.value
}

/** `--inputs '{…}'` first, then each `--input name=value`; `name=@path` is a file. */
const readInputs = async (engine: Engine, options: RunOptions): Promise<ValueObject> => {
  const entries: [string, Value][] = Object.entries(options.inputs === undefined ? {} : parseInputs(options.inputs))
  for (const pair of options.input) {
    const at = pair.indexOf('=')
    if (at < 1) throw new CommandError(`--input ${pair} is not of the form name=value.`)
    const name = pair.slice(0, at)
    const value = pair.slice(at + 1)
    entries.push([name, value.startsWith('@') ? await readFileInput(engine, value.slice(1)) : value])
  }
  return objectFrom(entries)
}

const parseInputs = (text: string): ValueObject => {
  try {
    const value = parseJson(text)
    if (isObject(value)) return value
  } catch (error) {
    throw new CommandError(`--inputs is not JSON: ${messageOf(error)}`)
  }
  throw new CommandError('--inputs must be a JSON object.')
}

const readFileInput = async (engine: Engine, path: string): Promise<Value> => {
  try {
    return await engine.keepFile(LOCAL_TENANT, readFileSync(path), basename(path))
  } catch (error) {
    throw new CommandError(`The file ${path} cannot be read: ${messageOf(error)}`)
  }
}

const systemVariables = (app: CheckedApp, options: RunOptions): ValueObject => ({
  user_id: options.user,
  app_id: 'local',
  workflow_id: 'local',
  workflow_run_id: 'local',
  timestamp: Math.floor(Date.now() / 1000),
  files: [],
  ...(app.file.mode === 'advanced-chat' && { query: options.query ?? '', conversation_id: 'local', dialogue_count: 1 }),
})

const exitCodeOf = (event: Extract<ExecutionEvent, { type: 'run-end' }>): ExitCode => {
  if (event.status === 'stopped') return event.failure?.code === 'flow/stopped' ? EXIT.stopped : EXIT.failed
  return event.status === 'failed' ? EXIT.failed : EXIT.ok
}

/** Text on stdout as it comes; a line a node on stderr. */
const createTerminal = (options: RunOptions): ((event: ExecutionEvent) => void) => {
  let openLine = false
  const say = (text: string) => {
    if (options.quiet) return
    // On a terminal both streams share the screen: a note must not break into a line of text.
    if (openLine && process.stdout.isTTY) {
      process.stdout.write('\n')
      openLine = false
    }
    note(text)
  }
  return (event) => {
    switch (event.type) {
      case 'text-delta':
        process.stdout.write(event.text)
        openLine = !event.text.endsWith('\n')
        break
      case 'node-end':
        say(nodeLine(event))
        break
      case 'node-retry':
        say(dim(`  ↻ ${event.title || event.nodeId} (attempt ${event.retry} failed: ${event.failure.message})`))
        break
      case 'notice':
        say(`  ! ${event.message}`)
        break
      case 'run-pause':
        note(red('The app asks people by a form; nobody answers it here. Import the app, and run it on a server.'))
        break
      case 'run-end':
        if (openLine) process.stdout.write('\n')
        openLine = false
        if (event.failure) note(red(`${event.status}: ${event.failure.message}`))
        else say(dim(`${event.status}, ${event.steps} steps, ${event.elapsedMs.toFixed(0)} ms`))
        break
    }
  }
}

const MARKS = { succeeded: '✓', failed: '✗', exception: '⚠', stopped: '■' } as const

const nodeLine = (event: Extract<ExecutionEvent, { type: 'node-end' }>): string => {
  const { iterationIndex, loopIndex } = event.frame
  const round = iterationIndex ?? loopIndex
  const name = event.title || event.nodeId
  const why = event.failure ? `: ${event.failure.message}` : ''
  return dim(
    `  ${MARKS[event.status]} ${name}${round === undefined ? '' : ` #${round}`} (${event.nodeType}, ${event.elapsedMs.toFixed(0)} ms)${why}`,
  )
}
