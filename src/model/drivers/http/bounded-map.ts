// A map that forgets what was not asked for longest.

export interface BoundedMap<Key, Item> {
  /** The item at `key`, made on first use. */
  getOr(key: Key, make: () => Item): Item
}

/** @param limit entries kept, > 0 */
export const createBoundedMap = <Key, Item>(limit: number): BoundedMap<Key, Item> => {
  const entries = new Map<Key, { readonly item: Item }>()
  return {
    getOr(key, make) {
      const entry = entries.get(key) ?? { item: make() }
      entries.delete(key)
      entries.set(key, entry)
      const [oldest] = entries.keys()
      if (entries.size > limit && oldest !== undefined) entries.delete(oldest)
      return entry.item
    },
  }
}
