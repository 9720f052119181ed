// `heddle routers …`: list and show routers, check a file of routers, try one on an input.

import { dataOf, type Schemas } from '../../wire/client/client.ts'
import { checkRouterFile } from '../config-file.ts'
import { type PlaceOptions, withBackend } from '../connect.ts'
import { type CommonOptions, fileOptions, readText } from '../context.ts'
import { oneLine, printFields, printRows } from '../lists.ts'
import { CommandError, EXIT, type ExitCode, printJson, printLine } from '../output.ts'

type Router = Schemas['Router']

export const listRoutersCommand = (options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const { items } = await dataOf(api.GET('/api/gateway/routers'))
    if (options.json) for (const router of items) printJson(router)
    else printRows(items.map((router) => [router.name, router.source, router.version, oneLine(router.description)]))
    return EXIT.ok
  })

export const showRouterCommand = (name: string, options: PlaceOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const router: Router = await dataOf(api.GET('/api/gateway/routers/{name}', { params: { path: { name } } }))
    if (options.json) printJson(router)
    else {
      const { source, version, description, targets, updatedAt, definition } = router
      printFields({ name, source, version, description, targets: targets.join(', '), changed: updatedAt })
      printLine(JSON.stringify(definition, undefined, 2))
    }
    return EXIT.ok
  })

/** Without a server: what stands in the file, beside the configuration here. */
export const checkRoutersCommand = async (file: string, options: CommonOptions): Promise<ExitCode> => {
  readText(file)
  const { result, names } = checkRouterFile(file, fileOptions(options))
  if (!result.ok) throw new CommandError(`The file ${file} cannot be used:`, EXIT.failed, result.issues)
  const { routers } = result.value.gateway
  const found = names.map((name) => ({ name, rules: routers[name]?.rules.length ?? 0 }))
  if (options.json) printJson({ type: 'checked', file, routers: found })
  else printRows(found.map(({ name, rules }) => [name, `${rules} rules`]))
  return EXIT.ok
}

export interface TryRouterOptions extends PlaceOptions {
  readonly input: string
  readonly metadata?: readonly string[]
  readonly target?: string
}

export const tryRouterCommand = (name: string, options: TryRouterOptions): Promise<ExitCode> =>
  withBackend(options, async ({ api }) => {
    const body = {
      messages: [{ role: 'user' as const, content: options.input }],
      metadata: readMetadata(options.metadata ?? []),
      ...(options.target !== undefined && { target: options.target }),
    }
    const path = { name }
    const answer = await dataOf(api.POST('/api/gateway/routers/{name}/dry-run', { params: { path }, body }))
    if (options.json) printJson(answer)
    else {
      const { rule, strategy, targets, parameters, panel, stages, reasons } = answer.decision
      printFields({
        rule: rule ?? 'none: the default',
        strategy,
        targets: targets.join(', '),
        parameters: JSON.stringify(parameters),
        panel,
        stages: stages.join(', '),
      })
      for (const reason of reasons) printLine(`  ${oneLine(reason)}`)
    }
    return EXIT.ok
  })

const readMetadata = (pairs: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    pairs.map((pair) => {
      const cut = pair.indexOf('=')
      if (cut < 1) throw new CommandError(`${pair} is not written NAME=VALUE.`)
      return [pair.slice(0, cut), pair.slice(cut + 1)]
    }),
  )
