// What runs, their nodes and messages cost. Those from before have no cost: nobody noted it.

import type { Migration } from './spec.ts'

export const costs: Migration = {
  number: 10,
  name: 'costs',
  async up(transaction) {
    for (const table of ['runs', 'node_executions', 'messages'])
      await transaction.schema.alterTable(table).addColumn('cost_nano_usd', 'bigint').execute()
  },
}
