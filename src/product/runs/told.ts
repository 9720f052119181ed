// What the events of a run have told so far, over all its pauses.

import { isList, isObject, type ValueObject } from '../../base/value.ts'
import type { AgentThought, AnnotationHit, FlowEnd, Notice, RunEnd } from './events.ts'
import type { PipelineEvent } from './pipeline.ts'

export interface ToldState {
  readonly answer: string
  readonly thoughts: readonly AgentThought[]
  readonly notices: readonly Notice[]
  readonly citations: readonly ValueObject[]
  readonly preempted: boolean
  readonly annotation?: AnnotationHit
}

const NOTHING: ToldState = { answer: '', thoughts: [], notices: [], citations: [], preempted: false }

export class Told {
  answer: string
  readonly #thoughts: Map<string, AgentThought>
  readonly #notices: Notice[]
  readonly #citations: ValueObject[]
  readonly #showsCitations: boolean
  #preempted: boolean
  #annotation: AnnotationHit | undefined

  constructor(showsCitations: boolean, before: ToldState = NOTHING) {
    this.#showsCitations = showsCitations
    this.answer = before.answer
    this.#thoughts = new Map(before.thoughts.map((thought) => [thought.id, thought]))
    this.#notices = [...before.notices]
    this.#citations = [...before.citations]
    this.#preempted = before.preempted
    this.#annotation = before.annotation
  }

  get thoughts(): readonly AgentThought[] {
    return [...this.#thoughts.values()]
  }

  get state(): ToldState {
    return {
      answer: this.answer,
      thoughts: this.thoughts,
      notices: this.#notices,
      citations: this.#citations,
      preempted: this.#preempted,
      ...(this.#annotation && { annotation: this.#annotation }),
    }
  }

  /** Where the answer comes from: several nodes count from one each, and its sources are one list. */
  get citations(): readonly ValueObject[] {
    return this.#citations.map((citation, i) => ({ ...citation, position: i + 1 }))
  }

  get notices(): readonly Notice[] {
    return this.#notices
  }

  note(event: PipelineEvent): void {
    switch (event.type) {
      case 'text-delta':
        this.answer += event.text
        return
      case 'answer-replace':
        this.answer = event.text
        return
      case 'agent-thought':
        this.#thoughts.set(event.thought.id, event.thought)
        return
      case 'notice':
        this.#notices.push({
          code: event.code,
          message: event.message,
          ...(event.nodeId !== undefined && { nodeId: event.nodeId }),
        })
        return
      case 'node-end':
        if (this.#showsCitations) this.#citations.push(...citationsIn(event.metadata))
        return
      case 'preempt':
        this.#preempted = true
        this.#annotation = event.annotation
        return
      default:
    }
  }

  complete(end: FlowEnd): RunEnd {
    return {
      ...end,
      notices: this.#notices,
      citations: this.citations,
      ...(this.#annotation && { annotation: this.#annotation }),
      preempted: this.#preempted,
    }
  }
}

const citationsIn = ({ retriever_resources: list }: ValueObject): ValueObject[] =>
  isList(list) ? list.filter(isObject) : []
