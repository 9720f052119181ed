// The categories this process has met, read from the store on first use and written back as they change.

import { messageOf } from '../../../base/errors.ts'
import type { Clock, Log } from '../../../base/seams.ts'
import { ownerOf } from '../scope.ts'
import type { CategoryReport, EntryStore } from '../spec.ts'
import { type Bounds, Category } from './category.ts'

export interface CategoriesOptions extends Bounds {
  readonly store: EntryStore | undefined
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

export interface CategoryName {
  readonly id: string
  readonly scope: string
  readonly target: string
}

interface Known {
  readonly name: CategoryName
  readonly category: Category
  readonly restored: Promise<void> | undefined
}

/** In memory; the one that was not asked for longest is written and let go of. */
const MOST = 1_000

export class Categories {
  readonly #options: CategoriesOptions
  /** Least recently used first. */
  readonly #known = new Map<string, Known>()

  constructor(options: CategoriesOptions) {
    this.#options = options
  }

  async get(name: CategoryName): Promise<Category> {
    let known = this.#known.get(name.id)
    if (!known) {
      const category = new Category(this.#options)
      known = { name, category, restored: this.#restore(name, category) }
    }
    this.#known.delete(name.id)
    this.#known.set(name.id, known)
    for (const [id, oldest] of this.#known) {
      if (this.#known.size <= MOST) break
      this.#known.delete(id)
      void this.#save(oldest)
    }
    await known.restored
    return known.category
  }

  reports(owner: string): readonly CategoryReport[] {
    const now = this.#options.clock.now()
    return [...this.#known.values()]
      .filter(({ name }) => ownerOf(name.scope) === owner)
      .map(({ name, category }) => ({ ...name, ...category.report(now) }))
  }

  async save(): Promise<void> {
    for (const known of [...this.#known.values()]) await this.#save(known)
  }

  async #save({ name, category }: Known): Promise<void> {
    const { store, log } = this.#options
    const state = store && category.takeChanges()
    if (state === undefined) return
    await store
      ?.saveCategory(name.scope, name.id, state)
      .catch((error: unknown) => log.debug('cache-tier-failed', { tier: 'categories', reason: messageOf(error) }))
  }

  #restore({ id, scope }: CategoryName, category: Category): Promise<void> | undefined {
    const { store, log } = this.#options
    return store?.loadCategory(scope, id).then(
      (state) => void (state !== undefined && category.restore(state)),
      (error: unknown) => log.debug('cache-tier-failed', { tier: 'categories', reason: messageOf(error) }),
    )
  }
}
