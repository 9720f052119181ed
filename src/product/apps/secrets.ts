// Secrets of stored apps: sealed in the document that is kept, open in the one that runs.

import type { Result } from '../../base/errors.ts'
import type { Sealer } from '../../base/seal.ts'
import type { Caller } from '../caller.ts'
import { AppError } from './errors.ts'
import { parseAppFile, readAppFile } from './file/parse.ts'
import type { AppFile } from './file/spec.ts'
import { exportDocument, mapSecrets } from './file/write.ts'
import { writeYaml } from './file/yaml-text.ts'

/** The app file as it is kept: canonical text, secrets sealed for the tenant. Empty secrets stay empty.
 *  @param earlier stored text whose sealed secrets are taken over where they are the same, so that equal files are stored
 *  as equal texts: sealing anew gives another text each time */
export const toStoredText = (file: AppFile, sealer: Sealer, caller: Caller, earlier?: string): string => {
  const document = exportDocument(file.document, { includeSecrets: true })
  const sealed = earlier === undefined ? undefined : sealedTexts(earlier, sealer, caller)
  const seal = (secret: string): string => {
    // Two variables with one secret have two sealed texts: each is taken in its turn.
    const known = sealed?.get(secret)
    return known?.shift() ?? sealer.seal(secret, caller.tenantId)
  }
  return writeYaml(mapSecrets(document, (secret) => (secret === '' ? '' : seal(secret))))
}

/** The app file from its stored text.
 *  @throws AppError `app/unusable` when a secret cannot be opened, e.g. without the key it was sealed with */
export const fromStoredText = (text: string, sealer: Sealer, caller: Caller): Result<AppFile> => {
  const sealed = parseAppFile(text)
  if (!sealed.ok) return sealed
  const document = mapSecrets(sealed.value.document, (secret) => openSecret(secret, sealer, caller))
  return document === sealed.value.document ? sealed : readAppFile(document)
}

const openSecret = (secret: string, sealer: Sealer, { tenantId }: Caller): string => {
  if (secret === '') return ''
  try {
    return sealer.open(secret, tenantId)
  } catch (cause) {
    throw new AppError('app/unusable', { details: { reason: 'its secrets cannot be opened with this key' }, cause })
  }
}

/** Sealed texts by what they seal, in the order of the file. */
const sealedTexts = (stored: string, sealer: Sealer, caller: Caller): ReadonlyMap<string, string[]> => {
  const found = new Map<string, string[]>()
  const parsed = parseAppFile(stored)
  if (!parsed.ok) return found
  mapSecrets(parsed.value.document, (secret) => {
    if (secret === '') return secret
    const open = openSecret(secret, sealer, caller)
    const known = found.get(open)
    if (known) known.push(secret)
    else found.set(open, [secret])
    return secret
  })
  return found
}
