// Files as parts of a message: what is read, what is left out, and where parts stand.

import { expect, test } from 'vitest'
import { type MediaSource, mediaFirst, mediaParts } from './media.ts'
import type { ModelFeature } from './spec.ts'

const model = (...features: ModelFeature[]) => ({ features: new Set(features) })

test('only what the model takes is read, in order', async () => {
  const read: string[] = []
  const source = (kind: string, filename: string | null): MediaSource => ({
    kind,
    filename,
    async read() {
      read.push(kind)
      return { bytes: new TextEncoder().encode(kind).subarray(1), mimeType: `x/${kind}` }
    },
  })
  const sources = [source('document', 'a.pdf'), source('image', null), source('audio', 'a.mp3'), source('custom', null)]
  expect(await mediaParts(sources, model('vision', 'audio'), 'low')).toEqual([
    { type: 'media', kind: 'image', mimeType: 'x/image', data: { type: 'base64', base64: 'bWFnZQ==' }, detail: 'low' },
    {
      type: 'media',
      kind: 'audio',
      mimeType: 'x/audio',
      data: { type: 'base64', base64: 'dWRpbw==' },
      filename: 'a.mp3',
    },
  ])
  expect(read).toEqual(['image', 'audio'])
  expect(await mediaParts(sources, model())).toEqual([])
})

test('media stands in front of the text', () => {
  const image = { type: 'text', text: '(image)' } as const
  expect(mediaFirst([], 'hi')).toBe('hi')
  expect(mediaFirst([image], 'hi')).toEqual([image, { type: 'text', text: 'hi' }])
  expect(mediaFirst([image], '')).toEqual([image])
  expect(mediaFirst([image], [{ type: 'text', text: 'a' }])).toEqual([image, { type: 'text', text: 'a' }])
})
