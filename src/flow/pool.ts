// The variables of a run: (first part, name) → value, in layers.
//
// P1  Reading falls through to the parent layer; writing never does. A frame that works on a copy is a new layer.
// P2  A stored value is never changed in place.
// P3  "Never written" (undefined) and null are different everywhere.

import { isObject, own, type Value, type ValueObject } from '../base/value.ts'
import { FileValue } from './file.ts'
import { inferType } from './render.ts'
import type { DeclaredVariable, Selector, ValueType } from './spec.ts'

export class Pool {
  readonly #parent: Pool | undefined
  /** What nodes left behind, by node id. */
  readonly #outputs = new Map<string, ValueObject>()
  /** Single variables, by scope (`conversation`, a container's id …) and name. */
  #variables: Map<string, Map<string, DeclaredVariable>> | undefined
  constructor(parent?: Pool) {
    this.#parent = parent
  }

  /** The value at the selector. Parts after the second go into objects and file attributes; lists have no parts. */
  get(selector: Selector): Value | undefined {
    if (selector.length < 2) return undefined
    let value = this.#read(selector[0] as string, selector[1] as string)
    for (let i = 2; i < selector.length && value !== undefined; i++) value = step(value, selector[i] as string)
    return value
  }

  /** The declared type of a variable; parts inside a value have none. */
  typeOf(selector: Selector): ValueType | undefined {
    if (selector.length !== 2) return undefined
    const scope = selector[0] as string
    for (let layer: Pool | undefined = this; layer; layer = layer.#parent) {
      const found = layer.#variables?.get(scope)?.get(selector[1] as string)
      if (found) return found.type
    }
    return undefined
  }

  #read(scope: string, name: string): Value | undefined {
    for (let layer: Pool | undefined = this; layer; layer = layer.#parent) {
      const outputs = layer.#outputs.get(scope)
      if (outputs !== undefined) {
        const value = own(outputs, name)
        if (value !== undefined) return value as Value
      }
      const variable = layer.#variables?.get(scope)?.get(name)
      if (variable) return variable.value
    }
    return undefined
  }

  setOutputs(nodeId: string, outputs: ValueObject): void {
    this.#outputs.set(nodeId, outputs)
  }

  /** Makes a variable in this layer. */
  declare(scope: string, name: string, variable: DeclaredVariable): void {
    this.#variables ??= new Map()
    let names = this.#variables.get(scope)
    if (!names) this.#variables.set(scope, (names = new Map()))
    names.set(name, variable)
  }

  /** Gives a variable a new value in this layer; its type stays the declared one, or that of its first value. */
  update(scope: string, name: string, value: Value): void {
    const type = this.typeOf([scope, name]) ?? inferType(this.#read(scope, name) ?? value)
    this.declare(scope, name, { type, value })
    // A container that has finished shows its variables as outputs too; the newer write wins.
    const outputs = this.#outputs.get(scope)
    if (outputs && Object.hasOwn(outputs, name)) {
      const { [name]: _, ...rest } = outputs
      this.#outputs.set(scope, rest)
    }
  }

  /** Forgets what these nodes left in this layer. */
  clear(nodeIds: Iterable<string>): void {
    for (const id of nodeIds) {
      this.#outputs.delete(id)
      this.#variables?.delete(id)
    }
  }

  /** Carries this layer's writes of one scope over to the parent. */
  mergeUp(scope: string): void {
    const names = this.#variables?.get(scope)
    if (!names || !this.#parent) return
    for (const [name, variable] of names) this.#parent.update(scope, name, variable.value)
  }

  /** All variables of a scope by name, nearest layer first. */
  scope(scope: string): ValueObject {
    const result: Record<string, Value> = this.#parent ? { ...this.#parent.scope(scope) } : {}
    for (const [name, variable] of this.#variables?.get(scope) ?? []) result[name] = variable.value
    return result
  }
}

const step = (value: Value, key: string): Value | undefined => {
  if (value instanceof FileValue) return value.attribute(key)
  return isObject(value) ? (own(value, key) as Value | undefined) : undefined
}
