// All built-in filters by name.

import { htmlFilters } from './filters-html.ts'
import { listFilters } from './filters-list.ts'
import { numberFilters } from './filters-number.ts'
import { selectFilters } from './filters-select.ts'
import { textFilters } from './filters-text.ts'
import type { Filter } from './values.ts'

export const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ...textFilters,
  ...htmlFilters,
  ...numberFilters,
  ...listFilters,
  ...selectFilters,
])
