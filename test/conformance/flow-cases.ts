// Engine cases: a small app graph, or a sample app, run with the scripted model; everything a user could see is compared.

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toNumber } from '../../src/base/number.ts'
import { createIds, silentLog, systemClock } from '../../src/base/seams.ts'
import { isObject, type Value, type ValueObject } from '../../src/base/value.ts'
import { compile } from '../../src/flow/compile.ts'
import type { FlowEvent } from '../../src/flow/events.ts'
import { run } from '../../src/flow/run.ts'
import type { DeclaredVariable } from '../../src/flow/spec.ts'
import { nodeKinds } from '../../src/nodes/kinds.ts'
import type { NodeServices } from '../../src/nodes/spec.ts'
import { checkStartInputs } from '../../src/nodes/start-inputs.ts'
import { parseAppFile, readAppFile } from '../../src/product/apps/file/parse.ts'
import type { AppFile, AppVariable } from '../../src/product/apps/file/spec.ts'
import { createSandbox } from '../support/sandbox.ts'
import { scriptedModels } from '../support/scripted-model.ts'
import { compareRun, type RunRecord } from './compare-run.ts'
import type { CaseResult } from './main.ts'

const SAMPLES = join(dirname(fileURLToPath(import.meta.url)), '../data/dify-apps')

/** The engine with everything it needs, once for many cases. */
export const createFlowCases = () => {
  const code = createSandbox({ clock: systemClock, log: silentLog })
  return {
    async check(row: ValueObject, file: string): Promise<CaseResult> {
      const id = String(row.id)
      const read = 'dsl' in row ? readAppFile(row.dsl as Value) : parseAppFile(sampleText(String(row.file), file))
      return { id, differences: compareRun(row.expected as ValueObject, await play(row, read, code), tagsOf(row)) }
    },
    [Symbol.asyncDispose]: () => code.close(),
  }
}

const tagsOf = (row: ValueObject): readonly string[] => (Array.isArray(row.tags) ? row.tags.map(String) : [])

/** Samples lie beside the cases, or in this repository's copy. */
const sampleText = (name: string, casesFile: string): string => {
  try {
    return readFileSync(join(dirname(casesFile), 'dify-apps', name), 'utf8')
  } catch {
    return readFileSync(join(SAMPLES, name), 'utf8')
  }
}

const play = async (
  row: ValueObject,
  read: ReturnType<typeof readAppFile>,
  code: NodeServices['code'],
): Promise<RunRecord> => {
  if (!read.ok) return { status: 'invalid', reasons: read.issues.map((issue) => issue.message) }
  const app = read.value
  if (!app.graph) return { status: 'invalid', reasons: ['the app has no graph'] }
  const compiled = compile(app.graph, { kinds: nodeKinds, mode: app.mode })
  if (!compiled.ok)
    return { status: 'invalid', reasons: compiled.issues.map((issue) => `${issue.path}: ${issue.message}`) }
  const inputs = checkStartInputs(app.startVariables, (row.inputs ?? {}) as ValueObject)
  if (!inputs.ok) return { status: 'failed', reasons: inputs.issues.map((issue) => issue.message) }
  const events: FlowEvent[] = []
  const request = {
    inputs: inputs.value,
    system: systemVariables(row, app),
    environment: declared(app.environment),
    conversation: conversationOf(row, app),
    services: services(row, code),
    clock: systemClock,
    ids: createIds(systemClock),
  }
  for await (const event of run(compiled.value, request)) events.push(event)
  return { status: 'ran', events }
}

const systemVariables = (row: ValueObject, app: AppFile): ValueObject => ({
  user_id: 'user-1',
  app_id: 'app-1',
  workflow_id: 'wf-1',
  workflow_run_id: 'run-1',
  timestamp: 1700000000,
  files: [],
  ...(app.mode === 'advanced-chat' && {
    query: (row.query ?? '') as Value,
    conversation_id: 'conv-1',
    dialogue_count: row.turn === undefined ? 1 : toNumber(row.turn as number),
  }),
})

const declared = (variables: readonly AppVariable[]): Record<string, DeclaredVariable> =>
  Object.fromEntries(variables.map(({ name, type, value }) => [name, { type, value }]))

const conversationOf = (row: ValueObject, app: AppFile): Record<string, DeclaredVariable> => {
  const given = isObject(row.conversation) ? row.conversation : {}
  return Object.fromEntries(
    app.conversation.map(({ name, type, value }) => [name, { type, value: (given[name] ?? value) as Value }]),
  )
}

const refuse = (what: string) => () => Promise.reject(new Error(`the cases use no ${what}`))

const services = (row: ValueObject, code: NodeServices['code']): NodeServices => ({
  models: scriptedModels({ llm: (row.llm ?? {}) as Record<string, string> }),
  code,
  tools: { find: () => undefined, list: () => [] },
  documents: { read: refuse('documents'), extensions: new Set() },
  files: { read: refuse('files'), store: refuse('files') },
  fetch: refuse('network'),
  history: [],
  user: 'user-1',
})
