import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { embedOffline, OFFLINE_DIMENSIONS } from './embedding.ts'

const similarity = (a: string, b: string): number => {
  const left = embedOffline(a)
  const right = embedOffline(b)
  return left.reduce((sum, value, i) => sum + value * (right[i] ?? 0), 0)
}

describe('embedOffline', () => {
  it.each<[number, number, string, string]>([
    [1, 1, 'What is your refund policy?', '  what is your REFUND policy '],
    [1, 1, '退款政策是什么？', '退款政策是什么?'],
    [0.8, 1, 'What is your refund policy?', 'What is the refund policy?'],
    [0.6, 1, 'how do I reset my password', 'how can I reset my pasword'],
    [0.8, 1, '退款政策是什么？', '请问退款政策是什么'],
    [0.3, 0.7, 'What is your refund policy?', 'How do I get a refund?'],
    [-0.3, 0.3, 'What is your refund policy?', 'When do you open on Sundays?'],
    [-0.3, 0.3, '退款政策是什么？', '你们几点开门'],
    [-0.3, 0.8, 'Where is my order?', 'Where is my invoice?'],
  ])('from %d to %d: %s | %s', (least, most, a, b) => {
    expect(similarity(a, b)).toBeGreaterThanOrEqual(least - 1e-6)
    expect(similarity(a, b)).toBeLessThanOrEqual(most + 1e-6)
  })

  it('gives every text one vector of length 1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const vector = embedOffline(text)
        expect(vector).toHaveLength(OFFLINE_DIMENSIONS)
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5)
        expect(embedOffline(text)).toEqual(vector)
      }),
    )
  })
})
