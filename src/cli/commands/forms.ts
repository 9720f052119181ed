// `heddle forms …`: what runs wait for, and answering it.

import { messageOf } from '../../base/errors.ts'
import { parseJson } from '../../base/json.ts'
import { dataOf, type Schemas } from '../../wire/client/client.ts'
import type { Backend } from '../backend.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { type ListOptions, oneLine, printFields, printList, printRows, readList } from '../lists.ts'
import { CommandError, EXIT, type ExitCode, note, printJson, printLine } from '../output.ts'
import { withPrefix } from './apps.ts'

type Form = Schemas['Form']

export interface FormFilter {
  readonly app?: string
  readonly run?: string
  readonly status?: string
}

export const listFormsCommand = (options: PlaceOptions & ListOptions & FormFilter): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    await printList(readForms(api, options, options.limit), options, (form) => [
      form.id,
      form.createdAt,
      form.status,
      oneLine(form.appName),
      oneLine(form.nodeTitle || form.nodeId),
      form.actions.map(({ id }) => oneLine(id)).join(', '),
    ])
    return EXIT.ok
  })

const readForms = (api: Backend['api'], { app, run, status }: FormFilter, limit: number) => {
  const filter = {
    ...(app !== undefined && { appId: withPrefix('app', app) }),
    ...(run !== undefined && { runId: withPrefix('run', run) }),
    // The server says which there are.
    ...(status !== undefined && { status: status as Form['status'] }),
  }
  return readList(limit, (page) => dataOf(api.GET('/api/forms', { params: { query: { ...page, ...filter } } })))
}

/** Newest forms among which one is looked for: the API lists them, and has no address for a single one. */
const LOOKED_THROUGH = 10_000

export const showFormCommand = (id: string, options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const wanted = withPrefix('form', id)
    for await (const form of readForms(api, {}, LOOKED_THROUGH)) {
      if (form.id !== wanted) continue
      if (options.json) printJson(form)
      else printForm(form)
      return EXIT.ok
    }
    throw new CommandError('There is no such form.', EXIT.failed)
  })

const printForm = (form: Form): void => {
  printFields({
    id: form.id,
    app: `${form.appName} (${form.appId})`,
    run: form.runId,
    node: form.nodeTitle || form.nodeId,
    status: form.status,
    answer: form.action,
    by: form.answeredBy,
    answered: form.answeredAt,
    created: form.createdAt,
    expires: form.expiresAt,
  })
  printLine('')
  for (const line of form.content.split('\n')) printLine(oneLine(line))
  printLine('')
  printRows([
    ...form.inputs.map(({ name, type, options }) => ['input', oneLine(name), type, options.map(oneLine).join(', ')]),
    ...form.actions.map(({ id, title }) => ['action', oneLine(id), oneLine(title), '']),
  ])
}

export interface SubmitFormOptions extends PlaceOptions {
  readonly action: string
  readonly input: readonly string[]
  readonly inputs?: string
}

export const submitFormCommand = async (id: string, options: SubmitFormOptions): Promise<ExitCode> => {
  // This process would carry the run on, and take it along when it ends.
  if (options.url === undefined) throw new CommandError('A run goes on in a server: answer it there, with --url.')
  const body = { action: options.action, inputs: readInputs(options) }
  return withBackend(options, async ({ api }) => {
    const formId = withPrefix('form', id)
    const { runId } = await dataOf(api.POST('/api/forms/{form_id}', { params: { path: { form_id: formId } }, body }))
    if (options.json) printJson({ id: formId, runId })
    else note(`Answered; ${runId} goes on.`)
    return EXIT.ok
  })
}

/** `--inputs '{…}'` first, then each `--input name=value`. */
const readInputs = ({ input, inputs }: SubmitFormOptions): Record<string, unknown> => {
  const given = inputs === undefined ? {} : parseInputs(inputs)
  const pairs = input.map((pair) => {
    const cut = pair.indexOf('=')
    if (cut < 1) throw new CommandError(`--input ${pair} is not of the form name=value.`)
    return [pair.slice(0, cut), pair.slice(cut + 1)] as const
  })
  return { ...given, ...Object.fromEntries(pairs) }
}

const parseInputs = (text: string): Record<string, unknown> => {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (error) {
    throw new CommandError(`--inputs is not JSON: ${messageOf(error)}`)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new CommandError('--inputs must be a JSON object.')
}
