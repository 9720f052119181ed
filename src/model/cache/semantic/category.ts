// What is known about serving similar questions of one category: labels, the curve through them, and whether the bounds hold.
//
// C1  Nothing is served before MIN_LABELS labels, and before enough would-be hits were compared for the running bound.
// C2  A hit is served only if the lower bound of its probability is at least 1 − ε and the running share of wrong hits, counted
//     with half a wrong one in advance, is at most δ.
// C3  When the newest comparisons say that the share of wrong hits is above δ with 95 % confidence, answers have changed: what
//     was learned is forgotten, and nothing is served for a while.
// C4  Labels and comparisons are bounded; the oldest go first.

import { type Curve, fitCurve, fitOffset, type Label, lowerBound, type Offset, reachedFrom } from './calibration.ts'

export interface Bounds {
  /** Largest probability that a single hit is wrong. */
  readonly epsilon: number
  /** Largest share of wrong hits. */
  readonly delta: number
}

export type Judgement =
  /** `passes`: would be a hit if the running bound held. */
  | { readonly serve: true; readonly passes: true }
  | { readonly serve: false; readonly passes: boolean; readonly why: 'learning' | 'uncertain' | 'bound' | 'disabled' }

export const MIN_LABELS = 50
const MOST_LABELS = 1_000
/** Would-be hits over which the running bound is counted. */
const COMPARED = 500
/** The newest of them, by which a change is noticed. */
const NEWEST = 50
const DISABLED_MS = 3_600_000
/** A fit from the start for each label would be waste once there are many. */
const REFIT_EVERY = 10
const REFIT_ALWAYS_BELOW = 200
/** Digits of a key that name an entry here. */
const SHORT = 16

interface KeptLabel extends Label {
  readonly entry: string
}

export class Category {
  readonly #bounds: Bounds
  #labels: KeptLabel[] = []
  #ofEntries = new Map<string, KeptLabel[]>()
  #compared: boolean[] = []
  #curve: Curve | undefined
  #sinceFit = 0
  #disabledUntil = 0
  #served = 0
  #audits = 0
  #changed = false

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  judge(similarity: number, key: string, now: number): Judgement {
    const passes = this.#passes(similarity, key)
    if (now < this.#disabledUntil) return { serve: false, passes, why: 'disabled' }
    if (!this.#curve) return { serve: false, passes, why: 'learning' }
    if (!passes) return { serve: false, passes, why: 'uncertain' }
    return this.wrongShare() <= this.#bounds.delta ? { serve: true, passes } : { serve: false, passes, why: 'bound' }
  }

  served(): void {
    this.#served++
    this.#changed = true
  }

  /** @param audit whether the hit had been served; @param passed what `judge` said when the question was asked */
  learn(
    label: Label,
    about: { readonly key: string; readonly passed: boolean; readonly audit: boolean; readonly now: number },
  ): void {
    this.#changed = true
    if (about.audit) this.#audits++
    if (about.passed) this.#compare(label.right, about.now)
    const kept = { ...label, entry: about.key.slice(0, SHORT) }
    this.#add(kept)
    this.#sinceFit++
    if (this.#labels.length < MIN_LABELS) this.#curve = undefined
    else if (!this.#curve || this.#labels.length < REFIT_ALWAYS_BELOW || this.#sinceFit >= REFIT_EVERY) {
      this.#curve = fitCurve(this.#labels)
      this.#sinceFit = 0
    }
  }

  /** Of the would-be hits that were compared; near 1 while there are none. */
  wrongShare(): number {
    const wrong = this.#compared.filter((right) => !right).length
    return (wrong + 0.5) / (this.#compared.length + 0.5)
  }

  report(now: number) {
    const wrongShare = this.wrongShare()
    const servesFrom = this.#curve && reachedFrom(this.#curve, 1 - this.#bounds.epsilon)
    const serving = servesFrom !== undefined && wrongShare <= this.#bounds.delta
    const state =
      now < this.#disabledUntil ? 'disabled' : !this.#curve ? 'learning' : serving ? 'serving' : 'abstaining'
    return {
      state,
      labels: this.#labels.length,
      compared: this.#compared.length,
      wrong: this.#compared.filter((right) => !right).length,
      wrongShare,
      servesFrom: servesFrom ?? null,
      served: this.#served,
      audits: this.#audits,
    } as const
  }

  /** The state as text, if it changed since it was asked for. */
  takeChanges(): string | undefined {
    if (!this.#changed) return undefined
    this.#changed = false
    return JSON.stringify({
      labels: this.#labels.map(({ similarity, right, entry }) => [Number(similarity.toFixed(4)), right ? 1 : 0, entry]),
      compared: this.#compared.map(Number),
      disabledUntil: this.#disabledUntil,
      served: this.#served,
      audits: this.#audits,
    })
  }

  /** From `takeChanges` of an earlier process; what cannot be read is left out. */
  restore(text: string): void {
    const state = parse(text)
    for (const [similarity, right, entry] of state.labels.slice(-MOST_LABELS)) {
      this.#add({ similarity, right: right === 1, entry })
    }
    this.#compared = state.compared.slice(-COMPARED).map((right) => right === 1)
    this.#disabledUntil = state.disabledUntil
    this.#served += state.served
    this.#audits += state.audits
    if (this.#labels.length >= MIN_LABELS) this.#curve = fitCurve(this.#labels)
  }

  #passes(similarity: number, key: string): boolean {
    if (!this.#curve) return false
    return lowerBound(this.#curve, this.#offsetOf(this.#curve, key), similarity) >= 1 - this.#bounds.epsilon
  }

  #offsetOf(curve: Curve, key: string): Offset {
    return fitOffset(curve, this.#ofEntries.get(key.slice(0, SHORT)) ?? [])
  }

  #compare(right: boolean, now: number): void {
    this.#compared.push(right)
    if (this.#compared.length > COMPARED) this.#compared.shift()
    const newest = this.#compared.slice(-NEWEST)
    const wrong = newest.filter((one) => !one).length
    if (wrong < 2 || wilsonLower(wrong, newest.length) <= this.#bounds.delta) return
    this.#disabledUntil = now + DISABLED_MS
    this.#labels = []
    this.#ofEntries.clear()
    this.#compared = []
    this.#curve = undefined
  }

  #add(label: KeptLabel): void {
    this.#labels.push(label)
    const ofEntry = this.#ofEntries.get(label.entry)
    if (ofEntry) ofEntry.push(label)
    else this.#ofEntries.set(label.entry, [label])
    if (this.#labels.length <= MOST_LABELS) return
    const oldest = this.#labels.shift() as KeptLabel
    const others = this.#ofEntries.get(oldest.entry)
    // Labels of one entry are in the order of all labels.
    others?.shift()
    if (others?.length === 0) this.#ofEntries.delete(oldest.entry)
  }
}

/** One side of 95 % (Wilson, JASA 1927). */
const wilsonLower = (count: number, of: number): number => {
  const z2 = 1.64 * 1.64
  const share = count / of
  const middle = share + z2 / (2 * of)
  const half = 1.64 * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of))
  return (middle - half) / (1 + z2 / of)
}

interface StoredState {
  readonly labels: readonly (readonly [similarity: number, right: number, entry: string])[]
  readonly compared: readonly number[]
  readonly disabledUntil: number
  readonly served: number
  readonly audits: number
}

const parse = (text: string): StoredState => {
  try {
    const { labels, compared, disabledUntil, served, audits } = JSON.parse(text) as Partial<Record<string, unknown>>
    const isLabel = (one: unknown) =>
      Array.isArray(one) && typeof one[0] === 'number' && typeof one[1] === 'number' && typeof one[2] === 'string'
    return {
      labels: Array.isArray(labels) ? labels.filter(isLabel) : [],
      compared: Array.isArray(compared) ? compared : [],
      disabledUntil: typeof disabledUntil === 'number' ? disabledUntil : 0,
      served: typeof served === 'number' ? served : 0,
      audits: typeof audits === 'number' ? audits : 0,
    }
  } catch {
    return { labels: [], compared: [], disabledUntil: 0, served: 0, audits: 0 }
  }
}
