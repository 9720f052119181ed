// A multipart/form-data body (RFC 7578). Names are escaped as browsers do (WHATWG HTML, multipart encoding).

export interface FormPart {
  readonly name: string
  readonly content: Uint8Array
  /** Present for files. */
  readonly file?: { readonly filename: string; readonly mimeType: string }
}

const CRLF = '\r\n'

/** @param boundary must not occur in any content */
export const encodeMultipart = (parts: readonly FormPart[], boundary: string): Uint8Array => {
  const chunks: Uint8Array[] = []
  for (const { name, content, file } of parts) {
    const filename = file === undefined ? '' : `; filename="${escapeName(file.filename)}"`
    const type = file === undefined ? '' : `Content-Type: ${file.mimeType.replace(/[\r\n]/g, '')}${CRLF}`
    const head = `--${boundary}${CRLF}Content-Disposition: form-data; name="${escapeName(name)}"${filename}${CRLF}${type}${CRLF}`
    chunks.push(Buffer.from(head), content, Buffer.from(CRLF))
  }
  chunks.push(Buffer.from(`--${boundary}--${CRLF}`))
  return Buffer.concat(chunks)
}

const escapeName = (name: string): string => name.replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22')
