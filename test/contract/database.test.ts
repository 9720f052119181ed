// The contract of the database, for every kind there is.

import { databases, noteSkippedDatabases } from '../support/databases.ts'
import { testDatabase } from './database.ts'
import { testDatabaseProcesses } from './database-processes.ts'

noteSkippedDatabases()
for (const database of databases) {
  testDatabase(database)
  testDatabaseProcesses(database)
}
