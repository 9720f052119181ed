// Forms with files, and an app that takes some.

const variable = (name: string, type: string, rest: object = {}) => ({
  variable: name,
  label: name,
  type,
  required: false,
  allowed_file_types: ['image', 'document', 'audio', 'video', 'custom'],
  allowed_file_extensions: ['.TXT', '.PNG'],
  allowed_file_upload_methods: ['local_file', 'remote_url'],
  ...rest,
})

export const filesApp = {
  version: '0.3.0',
  kind: 'app',
  app: { name: 'files', mode: 'workflow' },
  workflow: {
    features: { file_upload: { enabled: true } },
    graph: {
      nodes: [
        {
          id: 'start',
          data: { type: 'start', title: 'S', variables: [variable('one', 'file'), variable('many', 'file-list')] },
        },
        {
          id: 'text',
          data: { type: 'document-extractor', title: 'T', variable_selector: ['start', 'one'], is_array_file: false },
        },
        {
          id: 'end',
          data: {
            type: 'end',
            title: 'E',
            outputs: [
              { variable: 'text', value_selector: ['text', 'text'] },
              { variable: 'file', value_selector: ['start', 'one'] },
            ],
          },
        },
      ],
      edges: [
        { id: 'a', source: 'start', target: 'text', sourceHandle: 'source', targetHandle: 'target' },
        { id: 'b', source: 'text', target: 'end', sourceHandle: 'source', targetHandle: 'target' },
      ],
    },
  },
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
export const readJson = async (response: Response | Promise<Response>): Promise<any> => (await response).json()

export const authorization = (key: string) => ({ authorization: `Bearer ${key}` })

export const formOf = (
  bytes: Uint8Array | string,
  filename = 'a.txt',
  type = 'text/plain',
  user: string | null = 'ann',
) => {
  const form = new FormData()
  if (user !== null) form.set('user', user)
  form.set('file', new File([bytes as Uint8Array<ArrayBuffer>], filename, { type }))
  return form
}
