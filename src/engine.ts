// The engine, put together: everything that runs app files and keeps nothing. Opens no database and no port. The platform is this
// with a data folder and a server.

import type { Fetch, Seams } from './base/seams.ts'
import type { ValueObject } from './base/value.ts'
import type { Config, ProviderConfig } from './config.ts'
import { createMemoryFiles } from './files/drivers/memory.ts'
import type { FileStore } from './files/spec.ts'
import type { FileValue } from './flow/file.ts'
import { createDocumentReader } from './knowledge/parse/drivers/document-reader.ts'
import { batchedProvider } from './model/batch/batched-provider.ts'
import { type KnownProvider, listProviders } from './model/catalogue.ts'
import { createModelDirectory } from './model/directory.ts'
import { createAnthropicProvider } from './model/drivers/anthropic.ts'
import { createAzureProvider } from './model/drivers/azure.ts'
import { createBedrockProvider } from './model/drivers/bedrock.ts'
import { createGeminiProvider } from './model/drivers/gemini.ts'
import { createLocalProvider } from './model/drivers/local.ts'
import { createOfflineProvider } from './model/drivers/offline.ts'
import { createOllamaProvider } from './model/drivers/ollama.ts'
import { createOpenAiCompatibleProvider } from './model/drivers/openai-compatible.ts'
import type { Account } from './model/resilience/spec.ts'
import type { ModelDirectory, ModelProvider } from './model/spec.ts'
import { deferredTypes, nodeKinds } from './nodes/kinds.ts'
import { prepareStartInputs, type StartInputCheck } from './nodes/start-inputs.ts'
import { createGuardedFetch, type GuardedFetch } from './outbound/drivers/undici.ts'
import { type CheckParts, type CheckResult, checkApp } from './product/apps/check.ts'
import { missingPythonPackages } from './product/apps/file/python-imports.ts'
import type { Surroundings } from './product/apps/file/report.ts'
import type { AppFile } from './product/apps/file/spec.ts'
import { type BasicExecutor, createBasicExecutor } from './product/runs/basic/execution.ts'
import { createExecutor, type Executor } from './product/runs/execution.ts'
import { createFileAccess, storedFile } from './product/runs/file-access.ts'
import { createResultCache } from './product/runs/result-cache.ts'
import { createPythonDriver } from './sandbox/drivers/pyodide/pool.ts'
import { createJavascriptDriver } from './sandbox/drivers/quickjs/pool.ts'
import { createCodeRunner } from './sandbox/runner.ts'
import type { CodeRunner } from './sandbox/spec.ts'
import { arithmeticTools } from './tool/builtin/arithmetic.ts'
import { timeTools } from './tool/builtin/time.ts'
import { createToolDirectory } from './tool/directory.ts'
import { createWebPageTool } from './tool/drivers/web-page.ts'
import type { ToolDirectory } from './tool/spec.ts'

/** Bytes of one file of a run. Source: the app format's limit for videos, the largest kind. */
const MAX_FILE_BYTES = 100 * 1024 * 1024

/** What runs make, and what is uploaded. */
export const largestFile = ({ uploads }: Config): number =>
  Math.max(MAX_FILE_BYTES, uploads.imageBytes, uploads.audioBytes, uploads.videoBytes, uploads.documentBytes)

export interface Engine {
  readonly models: ModelDirectory
  /** What is configured now. */
  readonly providers: () => readonly KnownProvider[]
  /** Every key of every provider; the directory asks the first of each. */
  readonly accounts: readonly Account[]
  readonly tools: ToolDirectory
  readonly code: CodeRunner
  /** Keeps the bytes as a file that runs of the tenant can be given. */
  keepFile(tenantId: string, bytes: Uint8Array, filename: string): Promise<FileValue>
  readonly checkParts: CheckParts
  /** What is wrong with an app file, and what it needs. */
  check(text: string): CheckResult
  checkInputs(file: AppFile, given: ValueObject): ReturnType<StartInputCheck>
  readonly execute: Executor
  /** Runs the modes without a graph. */
  readonly answer: BasicExecutor
  close(): Promise<void>
}

/** Everything that runs app files; opens no database and no port. `files` default to memory. */
export const createEngine = (config: Config, seams: Seams, files?: FileStore): Engine => {
  const { clock, ids, log } = seams
  const guarded = createGuardedFetch(config.outbound)
  const models = createModels(config, seams)
  const tools = createToolDirectory([...timeTools, ...arithmeticTools, createWebPageTool()])
  const code = createSandbox(config, seams, guarded)
  const documents = createDocumentReader()
  const store = files ?? createMemoryFiles({ maxBytes: MAX_FILE_BYTES, ids })
  const fileAccess = createFileAccess({ files: store, fetch: guarded, maxBytes: MAX_FILE_BYTES })
  const checkParts = { kinds: nodeKinds, surroundings: describeSurroundings(models.directory, tools) }
  const inputChecks = new WeakMap<AppFile, StartInputCheck>()
  const { concurrent: _, replayMs: _replay, whenClientLeaves: _leaves, ...limits } = config.runs
  return {
    models: models.directory,
    providers: models.list,
    accounts: models.accounts,
    tools,
    code,
    keepFile: async (tenantId, bytes, filename) =>
      storedFile(await store.put(tenantId, bytes, { filename, mimeType: 'application/octet-stream' }), 'local_file'),
    checkParts,
    check: (text) => checkApp(text, checkParts),
    checkInputs(file, given) {
      let check = inputChecks.get(file)
      if (!check) inputChecks.set(file, (check = prepareStartInputs(file.startVariables)))
      return check(given)
    },
    execute: createExecutor({
      clock,
      ids,
      limits,
      results: createResultCache({ clock, ...config.resultCache }),
      services: ({ tenantId, history, user, models: own }) => ({
        models: own ?? models.directory,
        code,
        tools,
        documents,
        files: fileAccess(tenantId),
        fetch: guarded,
        history,
        user,
      }),
    }),
    answer: createBasicExecutor({ clock, ids, log, models: models.directory, files: fileAccess }),
    async close() {
      await code.close()
      await Promise.all([guarded.close(), models.close()])
      log.debug('engine-closed')
    },
  }
}

/** Providers are the operator's own choice, so their addresses may be private. */
const createModels = (config: Config, seams: Seams) => {
  const fetch: GuardedFetch = createGuardedFetch({ ...config.outbound, allowAll: true })
  const offline = createOfflineProvider(seams)
  const batching = { clock: seams.clock, ...config.gateway.batching }
  const accounts: readonly Account[] = [
    ...Object.entries(config.providers).flatMap(([name, options]) =>
      accountsOf(options).map((one, i) => ({
        id: i === 0 ? name : `${name}#${i + 1}`,
        provider: batchedProvider(createProvider(name, one, fetch, seams), batching),
      })),
    ),
    { id: offline.name, provider: offline },
  ]
  const providers = accounts.filter(({ id, provider }) => id === provider.name).map(({ provider }) => provider)
  const directory = createModelDirectory({
    providers,
    defaultModel: config.models.default,
    defaults: config.models,
    allowSubstitute: config.models.allowSubstitute,
    aliases: config.models.aliases,
  })
  const { default: chat, allowSubstitute: _, aliases: __, ...others } = config.models
  const defaults = { chat, ...others }
  return { directory, accounts, list: () => listProviders(providers, defaults), close: () => fetch.close() }
}

/** The provider with one key, as often as it has keys. */
const accountsOf = (options: Config['providers'][string]): readonly Config['providers'][string][] => {
  if (options.type === 'local' || !options.apiKeys) return [options]
  const { apiKeys, ...rest } = options
  return apiKeys.map((apiKey) => ({ ...rest, apiKey }))
}

const createProvider = (
  name: string,
  options: Config['providers'][string],
  fetch: Fetch,
  seams: Seams,
): ModelProvider => {
  const parts = { fetch, clock: seams.clock, ids: seams.ids }
  const settings = { ...(options as ProviderConfig), name }
  switch (settings.type) {
    case 'openai-compatible':
    case 'openai':
      return createOpenAiCompatibleProvider(settings, parts, settings.type)
    case 'azure':
      return createAzureProvider(settings, parts)
    case 'bedrock':
      return createBedrockProvider(settings, parts)
    case 'local':
      return createLocalProvider(settings)
    case 'anthropic':
      return createAnthropicProvider(settings, parts)
    case 'gemini':
      return createGeminiProvider(settings, parts)
    case 'ollama':
      return createOllamaProvider(settings, parts)
  }
}

const createSandbox = ({ sandbox }: Config, { clock, log }: Seams, fetch: Fetch): CodeRunner => {
  const { timeMs, inputBytes, outputBytes, requests, processes } = sandbox
  const shared = { timeMs, inputBytes, outputBytes, requests }
  return createCodeRunner({
    python: createPythonDriver({
      clock,
      log,
      fetch,
      limits: { ...shared, memoryBytes: sandbox.pythonMemoryBytes },
      maxProcesses: processes,
    }),
    javascript: createJavascriptDriver({
      clock,
      log,
      limits: { ...shared, memoryBytes: sandbox.javascriptMemoryBytes },
      maxWorkers: processes,
    }),
  })
}

const describeSurroundings = (models: ModelDirectory, tools: ToolDirectory): Surroundings => ({
  hasTool: (provider, tool) => tools.find(provider, tool) !== undefined,
  // Rerank models come with knowledge.
  hasModel: ({ type, ...reference }) => (type === 'llm' ? models.resolve(reference).type : 'missing'),
  hasDataset: () => false,
  hasAgentStrategy: () => false,
  hasKind: (type) => {
    if (deferredTypes.has(type)) return 'fails-at-its-turn'
    return nodeKinds.some((kind) => kind.types.includes(type)) ? 'runs' : 'unknown'
  },
  pythonPackages: (code) => missingPythonPackages(code),
})
