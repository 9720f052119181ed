// YAML loaded and dumped again: comments, quotes and flow style go, numbers and anchors stay as they are.
// Aliases are kept as aliases, never expanded, so they cannot multiply.

import type { ScalarTag, Tags } from 'yaml'
import { type FormatReader, tooLarge, unreadable } from '../reader.ts'
import { decodeText } from './charset.ts'

// The parser keeps every token and takes seconds for a megabyte, in one piece.
const MAX_YAML_BYTES = 1024 * 1024

// YAML 1.1 also takes `y` and `n` for booleans; the loader that app files were made with does not.
const YES = /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/
const NO = /^(?:[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/

const withoutLetterBooleans = (tag: Tags[number]): Tags[number] => {
  if (typeof tag !== 'object' || tag.tag !== 'tag:yaml.org,2002:bool' || !('test' in tag)) return tag
  const scalar = tag as ScalarTag
  return { ...scalar, test: scalar.test?.test('yes') ? YES : NO }
}

// Dates stay in the words they were written in.
const isNoTimestamp = (tag: Tags[number]): boolean =>
  typeof tag !== 'object' || tag.tag !== 'tag:yaml.org,2002:timestamp'

export const readYaml: FormatReader = async (bytes) => {
  if (bytes.byteLength > MAX_YAML_BYTES) throw tooLarge(MAX_YAML_BYTES, 'as YAML')
  const { isCollection, isScalar, parseAllDocuments, visit } = await import('yaml')
  const documents = parseAllDocuments(await decodeText(bytes), {
    version: '1.1',
    intAsBigInt: true,
    logLevel: 'silent',
    customTags: (tags) => tags.filter(isNoTimestamp).map(withoutLetterBooleans),
  })
  if (!Array.isArray(documents)) return ''
  const texts = documents.map((document) => {
    const [error] = document.errors
    if (error) throw unreadable(error.message.split('\n')[0] ?? '', error)
    document.comment = document.commentBefore = null
    visit(document, {
      Node(_, node) {
        node.comment = node.commentBefore = null
        node.spaceBefore = false
        if (isCollection(node)) node.flow = node.items.length === 0
        if (node.tag?.startsWith('tag:yaml.org,')) delete node.tag
        if (isScalar(node)) {
          delete node.source
          delete node.type
        }
      },
    })
    return document.toString({ directives: false, indentSeq: false, singleQuote: true, lineWidth: 80 })
  })
  return texts.join('---\n')
}
