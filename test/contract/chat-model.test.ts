import { createIds, systemClock } from '../../src/base/seams.ts'
import { createOfflineProvider, OFFLINE_MODEL } from '../../src/model/drivers/offline.ts'
import type { ChatModel } from '../../src/model/spec.ts'
import { scriptedModels } from '../support/scripted-model.ts'
import { TEST_KEY } from '../support/vendors/vendor-server.ts'
import { chatDrivers } from './chat-drivers.ts'
import { describeChatDriver, describeChatModel } from './chat-model.ts'

const seams = { clock: systemClock, ids: createIds(systemClock) }

for (const driver of chatDrivers) {
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
