// Names of a template at compile time. Jinja decides where a name lives before anything runs, so here too each name of a
// scope gets a slot in its function's frame, and a rule how the slot is filled when the scope is entered:
//   resolve    read the context          alias      copy an outer scope's slot (the name is set further in)
//   unset      the name is set here only parameter  filled by who enters the scope
// S1  All names of a scope are known before its code is compiled.
// S2  A name read before or without being set in its scope reads outwards; a name set first does not, even too early.

/** A unit with frames of its own: root, block, macro, recursive loop. */
export class FunctionShape {
  readonly parent: FunctionShape | undefined
  size = 0
  /** Deepest nesting of its code, for `Run.enter`. */
  height = 1
  constructor(parent?: FunctionShape) {
    this.parent = parent
  }
}

export interface Slot {
  readonly owner: FunctionShape
  readonly index: number
}
export type Load =
  | { readonly type: 'resolve' }
  | { readonly type: 'unset' }
  | { readonly type: 'parameter' }
  | { readonly type: 'alias'; readonly of: Slot }

export class Scope {
  readonly shape: FunctionShape
  readonly #parent: Scope | undefined
  readonly #slots = new Map<string, Slot>()
  readonly #loads = new Map<string, Load>()
  readonly #stored = new Set<string>()
  constructor(shape: FunctionShape, parent?: Scope) {
    this.shape = shape
    this.#parent = parent
  }

  find(name: string): Slot | undefined {
    return this.#slots.get(name) ?? this.#parent?.find(name)
  }

  /** The name is read here. */
  load(name: string): void {
    if (!this.find(name)) this.#define(name, { type: 'resolve' })
  }

  /** The name is set here. */
  store(name: string): void {
    this.#stored.add(name)
    if (this.#slots.has(name)) return
    const outer = this.#parent?.find(name)
    this.#define(name, outer ? { type: 'alias', of: outer } : { type: 'unset' })
  }

  parameter(name: string): Slot {
    this.#stored.add(name)
    return this.#define(name, { type: 'parameter' })
  }

  /** Takes the names of the branches of an `if`: a branch that does not run must leave the outer value in place. */
  branches(bodies: readonly ((scope: Scope) => void)[]): void {
    const copies = bodies.map((body) => {
      const copy = this.#copy()
      body(copy)
      return copy
    })
    const fresh = new Set<string>()
    for (const copy of copies) {
      for (const name of copy.#stored) if (!this.#stored.has(name)) fresh.add(name)
    }
    for (const copy of copies) {
      for (const [name, slot] of copy.#slots) this.#slots.set(name, slot)
      for (const [name, load] of copy.#loads) this.#loads.set(name, load)
    }
    for (const name of fresh) {
      this.#stored.add(name)
      const outer = this.#parent?.find(name)
      this.#loads.set(name, outer ? { type: 'alias', of: outer } : { type: 'resolve' })
    }
  }

  /** Slots and how to fill them on entry. */
  entries(): (readonly [Slot, string, Load])[] {
    return Array.from(this.#loads, ([name, load]) => [this.#slots.get(name) as Slot, name, load])
  }

  /** Names set in this scope or around it, innermost first. */
  storedNames(): Map<string, Slot> {
    const names = this.#parent?.storedNames() ?? new Map<string, Slot>()
    for (const name of this.#stored) names.set(name, this.#slots.get(name) as Slot)
    return names
  }

  #define(name: string, load: Load): Slot {
    const slot = { owner: this.shape, index: this.shape.size++ }
    this.#slots.set(name, slot)
    this.#loads.set(name, load)
    return slot
  }

  #copy(): Scope {
    const copy = new Scope(this.shape, this.#parent)
    for (const [name, slot] of this.#slots) copy.#slots.set(name, slot)
    for (const [name, load] of this.#loads) copy.#loads.set(name, load)
    for (const name of this.#stored) copy.#stored.add(name)
    return copy
  }
}
