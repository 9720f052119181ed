// Which processes have a database open: each holds a lock on a small file of its own, `<database>.instances/<id>`.
//
// The operating system drops the lock when the process ends, however it ends. Process numbers would not do: they come
// back, and every container has a process 1. The lock is SQLite's, since Node offers none.
//
// L1  A file without a lock belongs to nobody and may be removed by whoever holds the lock on it.
// L2  A file is ours only when it is still in its place after we locked it.

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'
import { DbError } from '../errors.ts'
import type { Instance } from '../spec.ts'

export interface HeldInstance extends Instance {
  /** Gives up the lock and removes the file. */
  release(): void
}

const ID = /^instance_[0-9a-f-]{36}$/
const ATTEMPTS = 5

/** @throws DbError `db/open-failed` when the folder cannot be written */
export const holdInstance = (directory: string, id: string): HeldInstance => {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, id)
  const lock = hold(path)
  if (!lock) throw new DbError('db/open-failed', { details: { path, message: 'the instance lock cannot be held' } })
  for (const name of readdirSync(directory)) if (ID.test(name) && name !== id) removeDead(join(directory, name))
  let held = true
  return {
    id,
    async isAlive(other) {
      if (other === id) return held
      if (!ID.test(other)) return false
      const file = join(directory, other)
      return existsSync(file) && !removeDead(file)
    },
    release() {
      if (!held) return
      held = false
      rmSync(path, { force: true })
      lock.close()
    },
  }
}

/** For a database in memory: nobody else can have it open. */
export const soleInstance = (id: string): HeldInstance => {
  let held = true
  return {
    id,
    isAlive: async (other) => held && other === id,
    release() {
      held = false
    },
  }
}

const hold = (path: string): Libsql.Database | undefined => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const lock = tryLock(path)
    if (lock && existsSync(path)) return lock
    lock?.close()
  }
  return undefined
}

/** The locked file, or undefined when another process holds it. */
const tryLock = (path: string): Libsql.Database | undefined => {
  const lock = new Libsql(path)
  try {
    // Nothing is ever written, so there is no journal to keep.
    lock.exec('pragma journal_mode = off; pragma busy_timeout = 0')
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock.close()
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return undefined
    throw error
  }
}

/** True when nobody held the file; it is gone then. */
const removeDead = (path: string): boolean => {
  const lock = tryLock(path)
  if (!lock) return false
  rmSync(path, { force: true })
  lock.close()
  return true
}
