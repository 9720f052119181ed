// Resolves the named characters of HTML. Every name is looked up once, so long texts cost no more than their own length.

export type DecodeEntities = (text: string) => string

export const loadEntityDecoder = async (): Promise<DecodeEntities> => {
  const { load } = await import('cheerio')
  const known = new Map<string, string>()
  const resolve = (entity: string): string => {
    let text = known.get(entity)
    if (text === undefined) {
      text = load(`<body>${entity}</body>`)('body').text()
      known.set(entity, text)
    }
    return text
  }
  return (text) =>
    text.includes('&') ? text.replace(/&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,31});?/g, resolve) : text
}
