// The configuration: one schema with every default and its unit, read once from the parsed file and the environment.
//
// C1  Every problem is listed, each with its place; nothing half valid comes out.
// C2  The result is frozen. Parts of the platform receive their slice of it.
// C3  No message and no description contains a secret.

import { z } from 'zod'
import { type ErrorCatalogue, type ErrorOptions, type Issue, PlatformError, type Result } from './base/errors.ts'
import { isObject } from './base/value.ts'
import { MASK, maskAddress, postgresAddress } from './config-addresses.ts'
import { gatewaySchema } from './config-gateway.ts'
import { type ChosenModels, checkModels, OFFLINE_PROVIDER } from './config-models.ts'
import { checkPanels, type PanelDefinition } from './config-panels.ts'
import { address, checkProviders, name, type ProviderConfig, provider } from './config-providers.ts'
import { fillIn } from './config-references.ts'
import { joinRouters, type RouterFile, readRouterFiles } from './config-routers.ts'
import { bytes, count, flag, milliseconds } from './config-values.ts'
import type { RouterDefinition } from './model/route/definition.ts'

export const configErrors = {
  'config/unreadable': 'The file {file} cannot be read: {reason}',
  'config/yaml-syntax': 'The file {file} is broken: {reason}',
  'config/not-a-map': 'The file must be a map of settings.',
  'config/unknown-key': 'There is no setting {key} here.',
  'config/invalid': '{reason}',
  'config/missing-variable': 'The environment variable {name} is not set.',
  'config/bad-reference':
    'After $ and { must come the name of an environment variable and }. Write $$ and { for the characters themselves.',
  'config/unknown-provider': 'There is no provider {provider}; there are: {known}.',
  'config/unknown-model': 'The provider {provider} has no model {model} in its list.',
  'config/wrong-kind':
    'The provider {provider} does not serve {model} for {kind}; a model in its list has a kind, chat by default.',
  'config/bad-host': 'This is not the address of a server.',
} as const satisfies ErrorCatalogue

export type ConfigErrorCode = keyof typeof configErrors

export class ConfigError extends PlatformError<ConfigErrorCode> {
  constructor(code: ConfigErrorCode, options?: ErrorOptions) {
    super(code, configErrors[code], options)
  }
}

export const configIssue = (path: string, code: ConfigErrorCode, details: Record<string, unknown> = {}): Issue =>
  Object.freeze({ path, code, message: new ConfigError(code, { details }).message })

const reference = z.string().regex(/^[^/\s]+\/\S+$/, 'must be written provider/model')

const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

const schema = z.strictObject({
  /** Folder of the database, the files and the locks. */
  dataDir: z.string().min(1).default('./.heddle'),
  database: z
    .strictObject({
      /** Absent: a SQLite file in `dataDir`. */
      url: postgresAddress.exactOptional(),
      /** Connections of this process to PostgreSQL, besides the one that writes. */
      poolSize: count(1, 1_000).default(10),
      /** Longest statement in PostgreSQL. */
      statementTimeoutMs: milliseconds().default(30_000),
    })
    .prefault({}),
  server: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      /** 0 takes any free port. */
      port: count(0, 65_535).default(3210),
      /** Of a JSON body. */
      bodyLimitBytes: bytes(GiB).default(16 * MiB),
      /** Until a whole request has arrived. */
      requestTimeoutMs: milliseconds().default(60_000),
      /** Origins whose pages may call; `*` is any. Keys belong on servers, so the default is none. */
      corsOrigins: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  providers: z.record(name, provider).default({}),
  models: z
    .strictObject({
      /** Used where an app names no model, and as the substitute. */
      default: reference.default(`${OFFLINE_PROVIDER}/heddle-offline`),
      /** Compares texts where nobody names a model, e.g. for annotations. */
      embedding: reference.default(`${OFFLINE_PROVIDER}/heddle-embed`),
      /** Writes down speech for apps with speech to text; without one they are refused. */
      transcription: reference.exactOptional(),
      /** Reads aloud for apps with text to speech. */
      speech: reference.exactOptional(),
      /** Puts texts in the order of how well they answer a question. */
      rerank: reference.default(`${OFFLINE_PROVIDER}/heddle-rerank`),
      /** Says what is wrong with a text, for apps that moderate by model. */
      moderation: reference.exactOptional(),
      /** Whether the default model stands in, with a notice, for models that are not configured. */
      allowSubstitute: flag().default(true),
      /** A provider's name in app files → the name of a provider here. */
      aliases: z.record(z.string(), name).default({}),
    })
    .prefault({}),
  /** How models are chosen, protected, paid and remembered. */
  gateway: gatewaySchema,
  outbound: z
    .strictObject({
      /** Host names, IP addresses or CIDR ranges that the flows of users may reach although they are not public. */
      allowPrivate: z.array(z.string().min(1)).default([]),
      allowAll: flag().default(false),
      /** False closes everything but `allowPrivate`, for installations without a way out. */
      allowPublic: flag().default(true),
      maxRedirects: count(0, 20).default(5),
      maxResponseBytes: bytes(GiB).default(100 * MiB),
    })
    .prefault({}),
  sandbox: z
    .strictObject({
      timeMs: milliseconds().default(15_000),
      pythonMemoryBytes: bytes(4 * GiB).default(256 * MiB),
      javascriptMemoryBytes: bytes(4 * GiB).default(64 * MiB),
      inputBytes: bytes(256 * MiB).default(16 * MiB),
      outputBytes: bytes(256 * MiB).default(4 * MiB),
      /** Outbound requests of one run of code. */
      requests: count(0, 10_000).default(32),
      /** Processes or workers per language. */
      processes: count(1, 64).default(2),
    })
    .prefault({}),
  runs: z
    .strictObject({
      /** Going on at the same time; more are refused. */
      concurrent: count(1, 100_000).default(2_000),
      /** Node starts of one run, inner frames and retries included. */
      steps: count(1, 1_000_000).default(500),
      timeMs: milliseconds().default(1_200_000),
      variableBytes: bytes(256 * MiB).default(200 * KiB),
      parallelNodes: count(1, 1_000).default(10),
      depth: count(1, 64).default(16),
      /** How long the events of a run that ended can still be read. */
      replayMs: milliseconds().default(300_000),
      /** What becomes of a run when the client that started it goes. */
      whenClientLeaves: z.enum(['continue', 'stop']).default('continue'),
    })
    .prefault({}),
  /** Files that callers hand in, by kind. */
  uploads: z
    .strictObject({
      imageBytes: bytes(GiB).default(10 * MiB),
      audioBytes: bytes(GiB).default(50 * MiB),
      videoBytes: bytes(GiB).default(100 * MiB),
      /** Of everything else. */
      documentBytes: bytes(GiB).default(15 * MiB),
      /** Files of one message or run. */
      perMessage: count(1, 1_000).default(10),
      /** With or without dots, in any case. */
      blockedExtensions: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  /** Results of nodes with `result_cache`, in memory. */
  resultCache: z
    .strictObject({
      maxEntries: count(0, 10_000_000).default(1_000),
      maxBytes: bytes(16 * GiB).default(64 * MiB),
    })
    .prefault({}),
  /** What conversations remember, near at hand; the database has it all. */
  conversations: z
    .strictObject({
      /** Whether the model gives new conversations their titles: one short call each. */
      autoName: flag().default(true),
    })
    .prefault({}),
  sessions: z
    .strictObject({
      /** In this process, since the last use. */
      memoryMs: milliseconds().default(900_000),
      memoryEntries: count(0, 10_000_000).default(10_000),
      memoryBytes: bytes(16 * GiB).default(64 * MiB),
      /** In Redis, since the last turn. Up to 30 days. */
      redisMs: count(1, 2_592_000_000).default(86_400_000),
    })
    .prefault({}),
  redis: z
    .strictObject({
      /** Absent: no Redis. */
      url: z.url({ protocol: /^rediss?$/, error: 'must be a redis or rediss address' }).exactOptional(),
      /** In front of every key. */
      prefix: z.string().max(100).default('heddle:'),
    })
    .prefault({}),
  auth: z
    .strictObject({
      /** Until a program has to refresh; what the token may do is asked anew at every call anyway. */
      accessTokenMs: count(1_000, 86_400_000).default(900_000),
      /** Without a call in this time, a person signs in again. Up to a year. */
      refreshTokenMs: count(1_000, 31_536_000_000).default(2_592_000_000),
    })
    .prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
})

type Parsed = z.output<typeof schema>

export type { ProviderConfig }
export type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T

export type Config = DeepReadonly<
  Omit<Parsed, 'models' | 'gateway'> & {
    gateway: Omit<Parsed['gateway'], 'routers' | 'panels'>
  } & { models: Pick<Parsed['models'], 'allowSubstitute' | 'aliases'> & ChosenModels }
> & {
  /** Readonly by themselves; their conditions hold conditions. */
  readonly gateway: {
    readonly routers: Readonly<Record<string, RouterDefinition>>
    readonly panels: Readonly<Record<string, PanelDefinition>>
  }
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface ConfigSources {
  /** The parsed file; undefined or null when there is none. */
  readonly file: unknown
  readonly environment: Environment
  /** The files that `gateway.routerFiles` names, parsed. */
  readonly routerFiles?: readonly RouterFile[]
  /** Routers are checked against these providers instead of the file's: where the file is read again, those in force. */
  readonly providersInForce?: Config['providers']
}

/** Reads the configuration again. Routers are checked against the providers in force: those change by a restart alone. */
export type ReadConfig = (providersInForce: Config['providers']) => Result<Config>

/** Reads the configuration. `${NAME}` inside a text is the variable's value; a key without a value counts as absent.
 *  Accounts named by the customary variables (`OPENAI_API_KEY` …) are added unless the file has a provider of that name. */
export const parseConfig = (sources: ConfigSources): Result<Config> => {
  const { file, environment, routerFiles = [] } = sources
  if (file !== undefined && file !== null && !isObject(file)) {
    return { ok: false, issues: [configIssue('', 'config/not-a-map')] }
  }
  const issues: Issue[] = []
  const report = (issue: Issue) => void issues.push(issue)
  const references = (place?: string) => ({
    environment,
    report: (path: string, code: ConfigErrorCode, details = {}) =>
      report({ ...configIssue(path, code, details), ...(place !== undefined && { place }) }),
  })
  const filled = fillIn(file ?? {}, references())
  const filledFiles = routerFiles.map(({ path, content }) => ({ path, content: fillIn(content, references(path)) }))
  const broken = [...issues]
  // What follows from a reference to nothing is no problem of its own.
  const reportFurther = (issue: Issue): void => {
    if (!broken.some(({ place, path }) => place === issue.place && issue.path.startsWith(path))) report(issue)
  }
  const filed = readRouterFiles(filledFiles, reportFurther)
  const parsed = schema.safeParse(filled)
  if (!parsed.success) {
    for (const issue of parsed.error.issues.flatMap(toIssues)) reportFurther(issue)
    return { ok: false, issues }
  }
  const config = parsed.data
  const providers = { ...config.providers, ...customaryProviders(environment, config.providers, issues) }
  checkProviders(providers, (path, reason) => void issues.push(configIssue(path, 'config/invalid', { reason })))
  const chosen = chooseModels(config.models, providers, issues)
  const { gateway } = config
  const named = { panels: Object.keys(gateway.panels), stages: Object.keys(gateway.stages) }
  const inForce = (sources.providersInForce ?? providers) as Providers
  const routers = joinRouters({ routers: gateway.routers, filed, providers: inForce, ...named }, report)
  checkPanels(gateway, inForce, (path, reason) => report(configIssue(path, 'config/invalid', { reason })))
  if (issues.length > 0) return { ok: false, issues }
  const { allowSubstitute, aliases } = config.models
  const models = { allowSubstitute, aliases, ...chosen }
  const value = { ...config, providers, models, gateway: { ...gateway, routers } }
  freeze(value)
  return { ok: true, value: value as Config }
}

const toIssues = (issue: z.core.$ZodIssue): Issue[] => {
  const path = issue.path.reduce<string>(
    (before, key) => (typeof key === 'number' ? `${before}[${key}]` : `${before}${before && '.'}${String(key)}`),
    '',
  )
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => configIssue(`${path}${path && '.'}${key}`, 'config/unknown-key', { key }))
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch that got furthest is the one that was meant.
    const deepest = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a))[0] ?? []
    return deepest.flatMap((inner) => toIssues({ ...inner, path: [...issue.path, ...inner.path] }))
  }
  if (issue.code === 'invalid_key') {
    return [configIssue(path, 'config/invalid', { reason: `The name ${issue.issues[0]?.message ?? issue.message}.` })]
  }
  return [configIssue(path, 'config/invalid', { reason: issue.message })]
}

const depthOf = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)))

type Providers = Readonly<Record<string, ProviderConfig>>

const customaryProviders = (environment: Environment, given: Providers, issues: Issue[]): Providers => {
  const read = (variable: string): string | undefined => environment[variable]?.trim() || undefined
  const found: Record<string, ProviderConfig> = {}
  const add = (providerName: string, type: 'openai-compatible' | 'anthropic' | 'gemini', prefix: string): void => {
    if (Object.hasOwn(given, providerName)) return
    const apiKey = read(`${prefix}_API_KEY`)
    const baseUrl = read(`${prefix}_BASE_URL`)
    if (apiKey === undefined && baseUrl === undefined) return
    if (baseUrl !== undefined && !address.safeParse(baseUrl).success) {
      issues.push(configIssue(`environment.${prefix}_BASE_URL`, 'config/bad-host'))
    }
    found[providerName] = { type, ...(apiKey && { apiKey }), ...(baseUrl && { baseUrl }) }
  }
  add('openai', 'openai-compatible', 'OPENAI')
  add('anthropic', 'anthropic', 'ANTHROPIC')
  add('gemini', 'gemini', 'GEMINI')
  const host = read('OLLAMA_HOST')
  if (host !== undefined && !Object.hasOwn(given, 'ollama')) {
    const baseUrl = ollamaAddress(host)
    if (baseUrl) found.ollama = { type: 'ollama', baseUrl }
    else issues.push(configIssue('environment.OLLAMA_HOST', 'config/bad-host'))
  }
  return found
}

/** `OLLAMA_HOST` as Ollama reads it: a host, a port or an address; it may also be what the server listens on.
 *  Source: github.com/ollama/ollama, docs/faq. */
const ollamaAddress = (host: string): string | undefined => {
  const hasScheme = /^https?:\/\//.test(host)
  const written = hasScheme ? host : `http://${host.startsWith(':') ? `127.0.0.1${host}` : host}`
  if (!URL.canParse(written)) return undefined
  const url = new URL(written)
  if (url.port === '' && !hasScheme) url.port = '11434'
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1'
  return url.href.replace(/\/+$/, '')
}

const chooseModels = (models: Parsed['models'], providers: Providers, issues: Issue[]): ChosenModels => {
  const report = (path: string, code: ConfigErrorCode, details: Record<string, unknown>) =>
    void issues.push(configIssue(path, code, details))
  if (Object.hasOwn(providers, OFFLINE_PROVIDER)) {
    const reason = 'The name offline is taken by the built-in model.'
    report(`providers.${OFFLINE_PROVIDER}`, 'config/invalid', { reason })
  }
  return checkModels(models, providers, report)
}

const freeze = (value: unknown): void => {
  if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) freeze(item)
  Object.freeze(value)
}

/** The configuration for logs: keys, header values and credentials inside addresses are masked. */
export const describeConfig = (config: Config): Readonly<Record<string, unknown>> => {
  const providers = Object.entries(config.providers).map(([providerName, options]) => [
    providerName,
    describeProvider(options),
  ])
  const database = {
    ...config.database,
    ...(config.database.url !== undefined && { url: maskAddress(config.database.url) }),
  }
  const redis = { ...config.redis, ...(config.redis.url !== undefined && { url: maskAddress(config.redis.url) }) }
  return { ...config, providers: Object.fromEntries(providers), database, redis }
}

const SECRETS = ['apiKey', 'accessKeyId', 'secretAccessKey', 'sessionToken'] as const

const describeProvider = (options: DeepReadonly<ProviderConfig>): Readonly<Record<string, unknown>> => {
  if (options.type === 'local') return options
  const { apiKeys, headers, baseUrl } = options
  return {
    ...options,
    ...(baseUrl !== undefined && { baseUrl: maskAddress(baseUrl) }),
    ...Object.fromEntries(SECRETS.filter((key) => Object.hasOwn(options, key)).map((key) => [key, MASK])),
    ...(apiKeys && { apiKeys: apiKeys.map(() => MASK) }),
    ...(headers && { headers: Object.fromEntries(Object.keys(headers).map((header) => [header, MASK])) }),
  }
}
