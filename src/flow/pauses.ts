// The nodes of a run that wait for an answer from outside.

import type { ValueObject } from '../base/value.ts'
import type { NodePause } from './events.ts'
import type { Frame } from './frame.ts'
import type { NodeRun } from './node-run.ts'

export class Pauses<Services> {
  readonly #reasons = new Map<NodeRun<Services>, ValueObject>()
  /** Those that began to wait since the run went on. */
  readonly #fresh = new Set<NodeRun<Services>>()

  get any(): boolean {
    return this.#reasons.size > 0
  }

  get nodes(): readonly NodeRun<Services>[] {
    return [...this.#reasons.keys()]
  }

  add(node: NodeRun<Services>, reason: ValueObject, fresh: boolean): void {
    this.#reasons.set(node, reason)
    if (fresh) this.#fresh.add(node)
  }

  remove(node: NodeRun<Services>): void {
    this.#reasons.delete(node)
    this.#fresh.delete(node)
  }

  clear(): void {
    this.#reasons.clear()
    this.#fresh.clear()
  }

  /** Those within the frame, which wait no more. */
  takeWithin(frame: Frame<Services>): readonly NodeRun<Services>[] {
    const within = this.nodes.filter((node) => frame.contains(node.inFrame))
    for (const node of within) this.remove(node)
    return within
  }

  /** Those that got their answer, which they know from now on. */
  takeAnswered(answers: Readonly<Record<string, ValueObject>>): readonly NodeRun<Services>[] {
    const answered: NodeRun<Services>[] = []
    for (const [node, reason] of this.#reasons) {
      if (!Object.hasOwn(answers, node.executionId)) continue
      node.kept.resumed = { reason, answer: answers[node.executionId] as ValueObject }
      answered.push(node)
    }
    for (const node of answered) this.remove(node)
    return answered
  }

  list(): readonly NodePause[] {
    return [...this.#reasons]
      .map(([node, reason]) => ({ ...node.identity(), reason, fresh: this.#fresh.has(node) }))
      .sort((a, b) => a.index - b.index)
  }
}
