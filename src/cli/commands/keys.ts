// `heddle keys create`: a new API key. Its secret is shown once.

import type { NewKey } from '../../product/auth/keys.ts'
import { type CommonOptions, readConfig, withPlatform } from '../context.ts'
import { EXIT, type ExitCode, note, printJson, printLine } from '../output.ts'

export interface CreateKeyOptions extends CommonOptions {
  readonly app: string
  readonly name: string
}

export const createKeyCommand = (options: CreateKeyOptions): Promise<ExitCode> =>
  withPlatform(readConfig(options), async ({ apps, keys, caller, readAppId }) => {
    const app = await apps.get(caller, readAppId(options.app))
    const wanted: NewKey = { scope: 'app', appId: app.id, name: options.name }
    const { key, secret } = await keys.create(caller, wanted)
    if (options.json) printJson({ id: key.id, appId: app.id, name: key.name, secret })
    else {
      printLine(secret)
      note(`The key for ${app.name}. It is shown this once.`)
    }
    return EXIT.ok
  })
