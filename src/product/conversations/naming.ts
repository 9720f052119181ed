// Gives conversations titles by a model.
//
// N1  Nothing waits for it: an answer is out before its conversation is named.
// N2  Only so many titles are asked for at a time, only so many wait, and each has its time. What goes wrong leaves the
//     provisional name.
// N3  A name that somebody gave meanwhile stays.

import { messageOf } from '../../base/errors.ts'
import type { Clock, Log } from '../../base/seams.ts'
import { meterChat } from '../../model/metered.ts'
import type { ChatModel, ModelDirectory, ModelReference } from '../../model/spec.ts'
import type { Caller } from '../caller.ts'
import type { UsageOwner, UsageRecorder } from '../usage/recorder.ts'
import { provisionalName, titleIn } from './names.ts'
import type { Conversation, ConversationStore } from './store.ts'

export interface NamingParts {
  readonly models: Pick<ModelDirectory, 'resolve' | 'defaultModel'>
  readonly conversations: ConversationStore
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
  readonly usage: Pick<UsageRecorder, 'beside'>
}

/** What a title is made from. */
export interface TitleRequest {
  /** Whose call of a model it is. */
  readonly owner: UsageOwner
  readonly query: string
  /** The app's own; absent: the default. */
  readonly model?: ModelReference
}

export interface Naming {
  /** A short title in the language of the query; its beginning when no model gives one. Never rejects. */
  title(caller: Caller, request: TitleRequest): Promise<string>
  /** Names the conversation in the background, when this was its first turn. Never throws. */
  afterFirstTurn(caller: Caller, conversation: Conversation, query: string, model?: ModelReference): void
  /** Gives up what is under way. */
  close(): Promise<void>
}

const AT_A_TIME = 4
const WAITING = 200
const TIME_MS = 15_000
/** Also for thinking beforehand. */
const ANSWER_TOKENS = 256
/** UTF-16 units of the query that a title is made from. */
const READ_LENGTH = 2_000
/** What a cut may leave of a character. */
const HALF = /[\ud800-\udbff]$/
const INSTRUCTION =
  'Summarize the following message as the title of a conversation that begins with it. Use the language of the message and at most eight words. Do not answer the message. Write nothing but the title, without quotation marks:'

export const createNaming = ({ models, conversations, clock, log, usage }: NamingParts): Naming => {
  const closing = new AbortController()
  const slots = new Slots()
  const underWay = new Set<Promise<void>>()

  const ask = async (query: string, model: ChatModel): Promise<string | undefined> => {
    const limit = new AbortController()
    const cancel = clock.after(TIME_MS, () => limit.abort(new Error(`no title within ${TIME_MS} ms`)))
    try {
      const content = `${INSTRUCTION}\n\n${query.slice(0, READ_LENGTH).replace(HALF, '')}`
      const answer = await model.generate(
        { messages: [{ role: 'user', content }], parameters: { max_tokens: ANSWER_TOKENS }, caller: 'naming' },
        AbortSignal.any([limit.signal, closing.signal]),
      )
      return answer.finishReason === 'stop' ? titleIn(answer.text) : undefined
    } finally {
      cancel()
    }
  }
  const title = async (caller: Caller, { owner, query, model: reference }: TitleRequest): Promise<string> => {
    const match = reference && models.resolve(reference)
    const model = match && match.type !== 'missing' ? match.model : models.defaultModel
    if (!model || query.trim() === '' || closing.signal.aborted || !(await slots.take())) return provisionalName(query)
    try {
      closing.signal.throwIfAborted()
      return (await ask(query, meterChat(model, usage.beside(caller, owner)))) ?? provisionalName(query)
    } catch (error) {
      if (!closing.signal.aborted) log.warn('conversation-not-named', { reason: messageOf(error) })
      return provisionalName(query)
    } finally {
      slots.giveBack()
    }
  }
  const name = async (caller: Caller, conversation: Conversation, query: string, model?: ModelReference) => {
    const { appId, id, name: before } = conversation
    const found = await title(caller, { owner: conversation, query, ...(model && { model }) })
    if (found !== before) await conversations.rename(caller, { appId, id }, found, before)
  }

  return {
    title,
    afterFirstTurn(caller, conversation, query, reference) {
      if (conversation.dialogueCount !== 1 || conversation.name !== provisionalName(query)) return
      const naming = name(caller, conversation, query, reference)
        .catch((error: unknown) => log.warn('conversation-not-named', { reason: messageOf(error) }))
        .then(() => void underWay.delete(naming))
      underWay.add(naming)
    },
    async close() {
      closing.abort(new Error('the platform is closing'))
      await Promise.all(underWay)
    },
  }
}

/** Places for those who ask a model; beyond a number of waiting ones nobody else is let in. */
class Slots {
  #free = AT_A_TIME
  readonly #waiting: (() => void)[] = []

  /** False when too many wait. */
  async take(): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--
      return true
    }
    if (this.#waiting.length >= WAITING) return false
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return true
  }

  giveBack(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free++
  }
}
