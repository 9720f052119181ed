// Tells when files of the configuration may have changed, by watching their folders: editors and containers replace files instead
// of writing into them, and a watched file that was replaced is seen no more.
//
// W1  Several changes at once are told once, after WAIT_MS of quiet. Told too often does no harm: whoever reads again compares.

import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { Clock, Log } from '../base/seams.ts'
import { matchName } from './config-file.ts'

export interface FileWatch {
  /** Watches these instead. Paths of files, which need not exist; `*` in the name stands for any characters. */
  update(paths: readonly string[]): void
  close(): void
}

export interface FileWatchParts {
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
  readonly changed: () => void
}

const WAIT_MS = 100

export const watchFiles = ({ clock, log, changed }: FileWatchParts): FileWatch => {
  const watchers = new Map<string, FSWatcher>()
  let fits: (folder: string, name: string) => boolean = () => false
  let cancel = () => {}
  const tell = (): void => {
    cancel()
    cancel = clock.after(WAIT_MS, changed)
  }
  const open = (folder: string): void => {
    try {
      const watcher = watch(folder, (_, name) => {
        if (name === null || fits(folder, name)) tell()
      })
      watcher.on('error', (error) => {
        log.warn('configuration-not-watched', { folder, reason: messageOf(error) })
        watcher.close()
        watchers.delete(folder)
      })
      watchers.set(folder, watcher)
    } catch (error) {
      // A reload can still be asked for.
      log.warn('configuration-not-watched', { folder, reason: messageOf(error) })
    }
  }
  return {
    update(paths) {
      const wanted = new Map<string, ((name: string) => boolean)[]>()
      for (const path of paths) {
        const tests = wanted.get(dirname(path)) ?? []
        tests.push(matchName(basename(path)))
        wanted.set(dirname(path), tests)
      }
      // Mounted folders of containers change by a link that starts with two dots.
      fits = (folder, name) => name.startsWith('..') || (wanted.get(folder) ?? []).some((test) => test(name))
      for (const [folder, watcher] of watchers) {
        if (wanted.has(folder)) continue
        watcher.close()
        watchers.delete(folder)
      }
      for (const folder of wanted.keys()) if (!watchers.has(folder)) open(folder)
    },
    close() {
      cancel()
      for (const watcher of watchers.values()) watcher.close()
    },
  }
}
