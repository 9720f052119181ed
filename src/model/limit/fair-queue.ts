// Who waits for one allowance of calls at once, and who is next.
//
// F1  Classes are strict: interactive before normal before batch, except that whoever has waited long counts as of the next
//     class, so that nobody waits for ever.
// F2  Within a class tenants take turns by deficit round robin (Shreedhar and Varghese, SIGCOMM 1995): each gets the same
//     share of tokens, however many calls it has waiting. Within a tenant the first come is the first served.
// F3  `next` changes nothing that matters: asked again, it names the same one unless somebody came or went.

import type { Priority } from './spec.ts'

export interface Waiting {
  readonly tenant: string
  readonly priority: Priority
  /** Tokens, ≥ 1. */
  readonly cost: number
  /** When it came, on the clock of `next`. Milliseconds. */
  readonly since: number
}

interface Turn<Item> {
  readonly items: Set<Item>
  deficit: number
}

interface Class<Item> {
  /** The first key's turn comes next. */
  readonly turns: Map<string, Turn<Item>>
  /** In the order they came. */
  readonly all: Set<Item>
}

const CLASSES: Readonly<Record<Priority, number>> = { interactive: 0, normal: 1, batch: 2 }
/** Tokens that a tenant may take in one turn. */
const QUANTUM = 4_096
/** One call counts at most so much: it bounds the rounds until its turn. */
const MOST_COST = 8 * QUANTUM

export class FairQueue<Item extends Waiting> {
  readonly #classes: readonly Class<Item>[] = [newClass(), newClass(), newClass()]
  readonly #ageMs: number

  /** @param ageMs waiting that lifts a call by one class */
  constructor(ageMs: number) {
    this.#ageMs = ageMs
  }

  get size(): number {
    let size = 0
    for (const { all } of this.#classes) size += all.size
    return size
  }

  *items(): Iterable<Item> {
    for (const { all } of this.#classes) yield* all
  }

  add(item: Item): void {
    const { turns, all } = this.#classOf(item)
    let turn = turns.get(item.tenant)
    if (!turn) turns.set(item.tenant, (turn = { items: new Set(), deficit: 0 }))
    turn.items.add(item)
    all.add(item)
  }

  /** Who is served next; it stays until it is removed. */
  next(now: number): Item | undefined {
    let best: Class<Item> | undefined
    let bestRank = Number.POSITIVE_INFINITY
    let bestSince = 0
    let bestAged = false
    for (let i = 0; i < this.#classes.length; i++) {
      const one = this.#classes[i] as Class<Item>
      const oldest = first(one.all)
      if (!oldest) continue
      const lifted = Math.floor((now - oldest.since) / this.#ageMs)
      const rank = Math.max(0, i - lifted)
      if (rank < bestRank || (rank === bestRank && oldest.since < bestSince)) {
        best = one
        bestRank = rank
        bestSince = oldest.since
        bestAged = rank < i
      }
    }
    if (!best) return undefined
    // Whoever was lifted by its age goes itself, not whose turn it is.
    return bestAged ? first(best.all) : inTurn(best)
  }

  /** @param served false: it went without being served */
  remove(item: Item, served: boolean): void {
    const { turns, all } = this.#classOf(item)
    if (!all.delete(item)) return
    const turn = turns.get(item.tenant)
    if (!turn) return
    turn.items.delete(item)
    // Debts are bounded as turns are: whoever was lifted by age often is not shut out for it.
    if (served) turn.deficit = Math.max(turn.deficit - costOf(item), -MOST_COST)
    if (turn.items.size === 0) turns.delete(item.tenant)
  }

  #classOf(item: Item): Class<Item> {
    return this.#classes[CLASSES[item.priority]] as Class<Item>
  }
}

const newClass = <Item>(): Class<Item> => ({ turns: new Map(), all: new Set() })

const costOf = ({ cost }: Waiting): number => Math.min(Math.max(cost, 1), MOST_COST)

const first = <Item>(set: ReadonlySet<Item>): Item | undefined => {
  for (const item of set) return item
  return undefined
}

const inTurn = <Item extends Waiting>({ turns }: Class<Item>): Item | undefined => {
  while (turns.size > 0) {
    const [tenant, turn] = turns.entries().next().value as [string, Turn<Item>]
    const head = first(turn.items)
    if (head && turn.deficit >= costOf(head)) return head
    turn.deficit += QUANTUM
    turns.delete(tenant)
    turns.set(tenant, turn)
  }
  return undefined
}
