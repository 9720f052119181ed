import { createIds, systemClock } from '../../src/base/seams.ts'
import { createAnthropicProvider } from '../../src/model/drivers/anthropic.ts'
import { createGeminiProvider } from '../../src/model/drivers/gemini.ts'
import { createOfflineProvider, OFFLINE_MODEL } from '../../src/model/drivers/offline.ts'
import { createOllamaProvider } from '../../src/model/drivers/ollama.ts'
import { createOpenAiCompatibleProvider } from '../../src/model/drivers/openai-compatible.ts'
import type { ChatModel } from '../../src/model/spec.ts'
import { scriptedModels } from '../support/scripted-model.ts'
import { startAnthropic } from '../support/vendors/anthropic.ts'
import { startGemini } from '../support/vendors/gemini.ts'
import { startOllama } from '../support/vendors/ollama.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import { TEST_KEY } from '../support/vendors/vendor-server.ts'
import { type ChatDriver, describeChatDriver, describeChatModel } from './chat-model.ts'

const seams = { clock: systemClock, ids: createIds(systemClock) }

const drivers: readonly ChatDriver[] = [
  {
    name: 'openai-compatible',
    start: startOpenAi,
    create: ({ url, apiKey }, seams) =>
      createOpenAiCompatibleProvider({ name: 'acme', baseUrl: `${url}/v1`, apiKey }, seams),
    speaks: { contentFilter: true, rateLimitInStream: true, callIds: true },
  },
  {
    name: 'anthropic',
    start: startAnthropic,
    create: ({ url, apiKey }, seams) => createAnthropicProvider({ name: 'acme', baseUrl: url, apiKey }, seams),
    speaks: { contentFilter: true, rateLimitInStream: true, callIds: true },
  },
  {
    name: 'gemini',
    start: startGemini,
    create: ({ url, apiKey }, seams) => createGeminiProvider({ name: 'acme', baseUrl: `${url}/v1beta`, apiKey }, seams),
    speaks: { contentFilter: true, rateLimitInStream: true, callIds: false },
  },
  {
    name: 'ollama',
    start: startOllama,
    create: ({ url, apiKey }, seams) => createOllamaProvider({ name: 'acme', baseUrl: url, apiKey }, seams),
    speaks: { contentFilter: false, rateLimitInStream: false, callIds: false },
  },
]

for (const driver of drivers) {
  describeChatDriver(driver)
  describeChatModel(driver.name, async (use) => {
    const server = await driver.start()
    try {
      const provider = driver.create({ url: server.url, apiKey: TEST_KEY }, { fetch, ...seams })
      await use(provider.chat('acme-large') as ChatModel)
    } finally {
      await server.close()
    }
  })
}

describeChatModel('offline', (use) => use(createOfflineProvider(seams).chat(OFFLINE_MODEL) as ChatModel))
describeChatModel('scripted', (use) => use(scriptedModels().defaultModel as ChatModel))
