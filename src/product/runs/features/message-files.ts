// Which files a message may bring, by the app's `file_upload`.

import type { Issue, Result } from '../../../base/errors.ts'
import type { FileValue } from '../../../flow/file.ts'
import type { FileUpload } from '../../apps/features.ts'
import { RunError, type RunErrorCode } from '../errors.ts'

/** The files a run gets of those its caller sent, or everything that is wrong with them (`run/file-refused`,
 *  `run/too-many-files`). While uploads are off nothing is wrong: chats get no files, workflows all of them, as in Dify. */
export const checkFiles = (upload: FileUpload, files: readonly FileValue[]): Result<readonly FileValue[]> => {
  if (!upload.enabled) return { ok: true, value: upload.whenOff === 'take' ? files : [] }
  if (files.length > upload.limit) {
    return { ok: false, issues: [issue('files', 'run/too-many-files', { limit: upload.limit })] }
  }
  const issues = files.flatMap((file, index) => {
    const reason = refusal(upload, file)
    return reason === undefined ? [] : [issue(`files[${index}]`, 'run/file-refused', { name: nameOf(file), reason })]
  })
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: files }
}

const refusal = (upload: FileUpload, { fields }: FileValue): string | undefined => {
  const { allowedTypes, allowedMethods } = upload
  const { type, transferMethod } = fields
  const extension = extensionOf(fields)
  const listed = upload.allowedExtensions.some((allowed) => plainExtension(allowed) === extension)
  // A file of a kind that is not allowed still fits by its extension, where any kind of extension may be named.
  const fits =
    type === 'custom'
      ? listed
      : allowedTypes.length === 0 || allowedTypes.includes(type) || (allowedTypes.includes('custom') && listed)
  if (!fits) return `files of the type ${type}${extension === '' ? '' : ` (.${extension})`} are not allowed`
  if (transferMethod !== 'remote_url' && transferMethod !== 'local_file') return undefined
  if (allowedMethods.length === 0 || allowedMethods.includes(transferMethod)) return undefined
  return `files by ${transferMethod} are not allowed`
}

const extensionOf = ({ extension, filename, remoteUrl }: FileValue['fields']): string => {
  if (extension !== null) return plainExtension(extension)
  const path = (filename ?? remoteUrl ?? '').split(/[?#]/)[0] ?? ''
  return /\.([^./\\]{1,20})$/.exec(path)?.[1]?.toLowerCase() ?? ''
}

const plainExtension = (written: string): string => written.trim().replace(/^\./, '').toLowerCase()

const nameOf = ({ fields }: FileValue): string =>
  (fields.filename ?? fields.remoteUrl ?? fields.relatedId ?? '').slice(0, 80)

const issue = (path: string, code: RunErrorCode, details: Readonly<Record<string, unknown>>): Issue => ({
  path,
  code,
  message: new RunError(code, { details }).message,
})
