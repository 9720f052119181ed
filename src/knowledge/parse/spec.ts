// Contract for reading documents. Types only.

export interface DocumentSource {
  readonly bytes: Uint8Array
  /** With its dot, e.g. `.pdf`; decides the format. Empty when there is none. */
  readonly extension: string
  /** Decides only when there is no extension. */
  readonly mimeType?: string
}

export interface DocumentReader {
  /** The text of a document in the form app files expect (tables as Markdown, pages joined).
   *  @throws KnowledgeError `knowledge/unsupported-format`, `knowledge/unreadable`, `knowledge/too-large` */
  read(source: DocumentSource, signal?: AbortSignal): Promise<string>
  /** Extensions that `read` accepts, with their dot, lower case. */
  readonly extensions: ReadonlySet<string>
}
