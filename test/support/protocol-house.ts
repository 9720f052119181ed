// A platform in front of four simulated vendors, one of each family, and a key for its gateway.

import { startPlatform, type TestPlatform } from './platform.ts'
import { startAnthropic } from './vendors/anthropic.ts'
import { startGemini } from './vendors/gemini.ts'
import { startOpenAi } from './vendors/openai.ts'
import { TEST_KEY, type VendorServer } from './vendors/vendor-server.ts'

export const FAMILIES = ['openai-chat', 'openai-responses', 'anthropic', 'gemini'] as const
export type TestedFamily = (typeof FAMILIES)[number]

/** The model at the vendor of a family, as callers name it. */
export const MODELS: Readonly<Record<TestedFamily, string>> = {
  'openai-chat': 'chat/large',
  'openai-responses': 'responses/large',
  anthropic: 'claude/large',
  gemini: 'google/large',
}

export interface ProtocolHouse extends AsyncDisposable {
  readonly url: string
  readonly key: string
  readonly platform: TestPlatform
  readonly vendors: Readonly<Record<TestedFamily, VendorServer>>
}

export const openProtocolHouse = async (config: Record<string, unknown> = {}): Promise<ProtocolHouse> => {
  const vendors = {
    'openai-chat': await startOpenAi(),
    'openai-responses': await startOpenAi(),
    anthropic: await startAnthropic(),
    gemini: await startGemini(),
  }
  // Without a list, a provider serves any name.
  const account = { apiKey: TEST_KEY, models: ['large'] }
  const platform = await startPlatform({
    providers: {
      chat: { type: 'openai-compatible', baseUrl: `${vendors['openai-chat'].url}/v1`, ...account },
      responses: {
        type: 'openai-compatible',
        api: 'responses',
        baseUrl: `${vendors['openai-responses'].url}/v1`,
        ...account,
      },
      claude: { type: 'anthropic', baseUrl: vendors.anthropic.url, ...account },
      google: { type: 'gemini', baseUrl: `${vendors.gemini.url}/v1beta`, ...account },
    },
    models: { default: 'chat/large' },
    ...config,
  })
  const { secret } = await platform.platform.keys.create(platform.platform.caller, { scope: 'gateway', name: 'test' })
  return {
    url: platform.url,
    key: secret,
    platform,
    vendors,
    async [Symbol.asyncDispose]() {
      await platform.close()
      await Promise.all(Object.values(vendors).map((vendor) => vendor.close()))
    },
  }
}
