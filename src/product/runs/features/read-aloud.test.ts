import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LogFields, nextTurn, silentLog } from '../../../base/seams.ts'
import { ModelError } from '../../../model/errors.ts'
import type { SpeechModel } from '../../../model/spec.ts'
import type { ExecutionEvent } from '../events.ts'
import { readAloud } from './read-aloud.ts'
import { SpokenText } from './spoken-text.ts'

const text = (delta: string): ExecutionEvent => ({
  type: 'text-delta',
  text: delta,
  selector: ['llm', 'text'],
  responseId: 'answer',
  final: false,
  frame: {},
})
const notice: ExecutionEvent = { type: 'notice', code: 'x', message: 'y' }
const end = (status: 'succeeded' | 'failed' | 'stopped' = 'succeeded'): ExecutionEvent => ({
  type: 'run-end',
  status,
  outputs: {},
  exceptions: 0,
  steps: 1,
  usage: { promptTokens: 0, completionTokens: 0, totalTokens: 0 },
  at: 0,
  elapsedMs: 0,
  conversation: {},
})

/** Says a text as its own bytes, some at a time. `gate` holds every piece back. */
const createVoice = ({ failAfter = Number.POSITIVE_INFINITY, size = 5, gate = async () => {} } = {}) => {
  const calls: { text: string; voice: string | undefined; aborted: boolean }[] = []
  let open = 0
  let most = 0
  const speech: SpeechModel = {
    provider: 'test',
    name: 'voice',
    defaultVoice: 'own',
    mimeType: 'audio/mpeg',
    async *speak(said, options, signal) {
      const call = { text: said, voice: options?.voice, aborted: false }
      calls.push(call)
      most = Math.max(most, ++open)
      try {
        const bytes = Buffer.from(said)
        for (let at = 0; at < bytes.length; at += size) {
          await gate()
          signal?.throwIfAborted()
          if (calls.length > failAfter) throw new ModelError('model/unavailable', { details: { provider: 'test' } })
          yield bytes.subarray(at, at + size)
        }
      } finally {
        call.aborted = signal?.aborted ?? false
        open--
      }
    },
  }
  return { speech, calls, most: () => most, open: () => open }
}

async function* from(events: readonly ExecutionEvent[], wait: (i: number) => Promise<void> = async () => {}) {
  for (const [i, event] of events.entries()) {
    await wait(i)
    yield event
  }
}

const collect = async (events: AsyncIterable<ExecutionEvent>): Promise<ExecutionEvent[]> => {
  const list: ExecutionEvent[] = []
  for await (const event of events) list.push(event)
  return list
}

const isSpeech = ({ type }: ExecutionEvent) => type === 'speech-delta' || type === 'speech-end'
const soundOf = (events: readonly ExecutionEvent[]) =>
  Buffer.concat(
    events.map((event) => (event.type === 'speech-delta' ? Buffer.from(event.base64, 'base64') : Buffer.of())),
  )
const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await nextTurn()
}

describe('readAloud', () => {
  it('passes everything on, and says all of the text', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }).map(text),
      fc.constantFrom('A sentence. ', 'Another one!\n', '你好，世界。', '... ', 'x'.repeat(700)).map(text),
      fc.constant(notice),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 400 }),
        fc.option(fc.nat(3), { nil: undefined }),
        async (pieces, sourceDelays, voiceDelays, size, failAfter) => {
          const events = [...pieces, end()]
          let said = 0
          const voice = createVoice({
            size,
            gate: () => turns(voiceDelays[said++ % voiceDelays.length] ?? 0),
            ...(failAfter !== undefined && { failAfter }),
          })
          const out = await collect(
            readAloud(
              from(events, (i) => turns(sourceDelays[i % sourceDelays.length] ?? 0)),
              { speech: voice.speech, log: silentLog },
            ),
          )
          expect(out.filter((event) => !isSpeech(event))).toEqual(events)
          expect(out.findIndex(({ type }) => type === 'speech-end')).toBe(out.length - 1)
          const firstSound = out.findIndex(({ type }) => type === 'speech-delta')
          const firstText = out.findIndex(({ type }) => type === 'text-delta')
          if (firstSound >= 0) expect(firstSound).toBeGreaterThan(firstText)
          expect(voice.most()).toBeLessThanOrEqual(1)
          expect(voice.open()).toBe(0)
          if (failAfter !== undefined) return
          expect(soundOf(out).toString()).toBe(voice.calls.map((call) => call.text).join(''))
          const words = (all: string) => all.replace(/[^\p{L}\p{N}]/gu, '')
          const written = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('')
          expect(words(voice.calls.map((call) => call.text).join(''))).toBe(words(written))
        },
      ),
    )
  })

  it('speaks while text still comes', async () => {
    const voice = createVoice()
    const seen: ExecutionEvent[] = []
    // The second text only comes once the first has been heard.
    const spoken = () => seen.some(({ type }) => type === 'speech-delta')
    const events = from([text('The first sentence. '), text('The second one.'), end()], async (i) => {
      while (i === 1 && !spoken()) await nextTurn()
    })
    for await (const event of readAloud(events, { speech: voice.speech, log: silentLog, voice: 'nova' }))
      seen.push(event)
    expect(voice.calls.map(({ text: said, voice: chosen }) => [said, chosen])).toEqual([
      ['The first sentence.', 'nova'],
      ['The second one.', 'nova'],
    ])
  })

  it('never lets text wait for sound', async () => {
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const voice = createVoice({ gate: () => gate })
    const events = [text('The first sentence. '), notice, text('The second one. '), end()]
    const seen: ExecutionEvent[] = []
    for await (const event of readAloud(from(events), { speech: voice.speech, log: silentLog })) {
      seen.push(event)
      // The vendor is silent until everything else was said.
      if (event.type === 'run-end') open()
    }
    expect(seen.slice(0, 4)).toEqual(events)
    expect(seen.at(-1)).toEqual({ type: 'speech-end' })
    expect(soundOf(seen).toString()).toBe('The first sentence.The second one.')
  })

  it('ends the speech, and not the run, when the vendor fails', async () => {
    const warned: [string, LogFields | undefined][] = []
    const log = { ...silentLog, warn: (event: string, fields?: LogFields) => void warned.push([event, fields]) }
    const voice = createVoice({ failAfter: 1 })
    const events = [text('The first sentence. '), text('The second one. '), text('The third one.'), end()]
    const out = await collect(
      readAloud(
        from(events, () => turns(10)),
        { speech: voice.speech, log },
      ),
    )
    expect(out.filter((event) => !isSpeech(event))).toEqual(events)
    expect(out.at(-1)).toEqual({ type: 'speech-end' })
    expect(voice.calls).toHaveLength(2)
    expect(warned).toMatchObject([['speech-failed', { code: 'model/unavailable' }]])
  })

  it.each(['failed', 'stopped'] as const)('says no more when the run %s', async (status) => {
    const voice = createVoice({ gate: nextTurn, size: 1 })
    const events = [text('A long sentence that takes its time to be said. '), text('More to come.'), end(status)]
    const out = await collect(
      readAloud(
        from(events, () => turns(5)),
        { speech: voice.speech, log: silentLog },
      ),
    )
    const after = out.slice(out.findIndex(({ type }) => type === 'run-end') + 1)
    expect(after).toEqual([{ type: 'speech-end' }])
    expect(voice.calls).toMatchObject([{ aborted: true }])
  })

  it('says what replaces an answer in place of the rest of it', async () => {
    const voice = createVoice({ gate: nextTurn, size: 1 })
    const replaced: ExecutionEvent = { type: 'answer-replace', text: 'I cannot say that.', reason: 'output_moderation' }
    const events = [text('Something that must not be said at all. And'), replaced, end()]
    const out = await collect(
      readAloud(
        from(events, () => turns(5)),
        { speech: voice.speech, log: silentLog },
      ),
    )
    expect(voice.calls.map(({ text: said, aborted }) => [said, aborted])).toEqual([
      ['Something that must not be said at all.', true],
      ['I cannot say that.', false],
    ])
    expect(soundOf(out).toString()).toMatch(/I cannot say that\.$/)
  })

  it('throws what the events throw, and hangs up', async () => {
    const voice = createVoice({ gate: nextTurn, size: 1 })
    async function* failing(): AsyncGenerator<ExecutionEvent> {
      yield text('A sentence to be said. ')
      await turns(3)
      throw new Error('a bug')
    }
    await expect(collect(readAloud(failing(), { speech: voice.speech, log: silentLog }))).rejects.toThrow('a bug')
    await turns(3)
    expect(voice.calls).toMatchObject([{ aborted: true }])
    expect(voice.open()).toBe(0)
  })

  it('ends events and speech when the loop is left', async () => {
    let closed = false
    async function* endless(): AsyncGenerator<ExecutionEvent> {
      try {
        for (;;) {
          yield text('One more sentence to say. ')
          await nextTurn()
        }
      } finally {
        closed = true
      }
    }
    const voice = createVoice({ gate: nextTurn, size: 1 })
    for await (const event of readAloud(endless(), { speech: voice.speech, log: silentLog })) {
      if (event.type === 'speech-delta') break
    }
    await turns(5)
    expect([closed, voice.open(), voice.calls.at(-1)?.aborted]).toEqual([true, 0, true])
  })

  it('bounds what waits, on both sides', async () => {
    const warned: string[] = []
    const log = { ...silentLog, warn: (event: string) => void warned.push(event) }
    let pulled = 0
    const voice = createVoice({ size: 1, gate: async () => void pulled++ })
    const events = [...Array.from({ length: 3_000 }, () => text('A sentence of thirty letters.\n')), end()]
    const reading = readAloud(from(events), { speech: voice.speech, log })
    const out: ExecutionEvent[] = []
    while (out.at(-1)?.type !== 'speech-delta') out.push((await reading.next()).value as ExecutionEvent)
    await turns(20)
    // Nobody reads, so the vendor waits.
    expect(pulled).toBeLessThan(30)
    out.push(...(await collect(reading)))
    expect(warned).toEqual(['speech-ended'])
    expect(soundOf(out).length).toBeLessThan(60_000)
    expect(out.filter(({ type }) => type === 'text-delta')).toHaveLength(3_000)
  })
})

describe('SpokenText', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['waits for the end', ['Hello wor', 'ld, how are you'], ['Hello world, how are you']],
    [
      'cuts after sentences',
      ['The first one is here. The second one! '],
      ['The first one is here.', 'The second one!'],
    ],
    [
      'keeps numbers and names whole',
      ['It is 3.14159 in heddle.yaml, he said. '],
      ['It is 3.14159 in heddle.yaml, he said.'],
    ],
    ['joins what is short', ['1. Go. Ok. Then do more. '], ['1. Go. Ok. Then do more.']],
    ['knows ideographs', ['今天天气很好。我们走吧！'], ['今天天气很好。', '我们走吧！']],
    ['skips rules', ['----------------------\n', 'Text that is long enough.\n'], ['Text that is long enough.']],
    ['says nothing of nothing', ['', ' \n'], []],
  ])('%s', (_, given, expected) => {
    const spoken = new SpokenText()
    expect([...given.flatMap((piece) => spoken.push(piece)), ...spoken.end()]).toEqual(expected)
  })

  it('cuts text without ends, between words and never inside a character', () => {
    const words = new SpokenText()
    expect(words.push('word '.repeat(200)).every((piece) => piece.length <= 600 && !/^ord|wor$/.test(piece))).toBe(true)
    const faces = new SpokenText()
    const pieces = [...faces.push(`x${'😀'.repeat(400)}`), ...faces.end()]
    expect(pieces.every((piece) => !/[\ud800-\udbff]$|^[\udc00-\udfff]/.test(piece))).toBe(true)
  })
})
