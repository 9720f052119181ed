// Secrets of stored apps: sealed in the document that is kept, open in the one that runs.

import type { Result } from '../../base/errors.ts'
import type { Sealer } from '../../base/seal.ts'
import type { Caller } from '../caller.ts'
import { AppError } from './errors.ts'
import { parseAppFile, readAppFile } from './file/parse.ts'
import type { AppFile } from './file/spec.ts'
import { exportDocument, mapSecrets } from './file/write.ts'
import { writeYaml } from './file/yaml-text.ts'

/** The app file as it is kept: canonical text, secrets sealed for the tenant. Empty secrets stay empty. */
export const toStoredText = (file: AppFile, sealer: Sealer, { tenantId }: Caller): string => {
  const document = exportDocument(file.document, { includeSecrets: true })
  return writeYaml(mapSecrets(document, (secret) => (secret === '' ? '' : sealer.seal(secret, tenantId))))
}

/** The app file from its stored text.
 *  @throws AppError `app/unusable` when a secret cannot be opened, e.g. without the key it was sealed with */
export const fromStoredText = (text: string, sealer: Sealer, { tenantId }: Caller): Result<AppFile> => {
  const sealed = parseAppFile(text)
  if (!sealed.ok) return sealed
  const open = (secret: string): string => {
    if (secret === '') return ''
    try {
      return sealer.open(secret, tenantId)
    } catch (cause) {
      throw new AppError('app/unusable', { details: { reason: 'its secrets cannot be opened with this key' }, cause })
    }
  }
  const document = mapSecrets(sealed.value.document, open)
  return document === sealed.value.document ? sealed : readAppFile(document)
}
