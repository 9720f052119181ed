// How a Python process is started: an empty environment, Node's permission model, and on Linux, where the tools exist
// and are permitted, a network namespace without network, no capabilities, and death with the parent.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Words put before the command of a child; empty when the system offers nothing. */
export type Confinement = readonly string[]

const find = (name: string): string | undefined =>
  ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].map((folder) => `${folder}/${name}`).find((path) => existsSync(path))

const works = (words: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    const [command = '', ...rest] = [...words, process.execPath, '--version']
    execFile(command, rest, { env: {}, timeout: 5_000 }, (error) => resolve(error === null))
  })

/** Tries from strict to loose what this system permits. */
export const findConfinement = async (): Promise<Confinement> => {
  if (process.platform !== 'linux') return []
  const unshare = find('unshare')
  const setpriv = find('setpriv')
  const isRoot = process.getuid?.() === 0
  const noNetwork = unshare !== undefined && isRoot ? [unshare, '--net'] : []
  const dieTogether = setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'KILL', '--no-new-privs']
  const noPowers = setpriv !== undefined && isRoot ? ['--inh-caps=-all', '--bounding-set=-all'] : []
  const candidates = [
    [...noNetwork, ...dieTogether, ...noPowers],
    [...noNetwork, ...dieTogether],
    [...dieTogether, ...noPowers],
    dieTogether,
  ]
  for (const words of candidates) if (words.length > 0 && (await works(words))) return words
  return []
}

export interface LaunchOptions {
  readonly confinement: Confinement
  /** Bytes the interpreter may grow by after boot. */
  readonly memoryBytes: number
  /** Bytes one run may write to files, which live outside that memory. */
  readonly fileBytes: number
}

const CHILD_FILES = [
  ...['child', 'file-system', 'frames', 'harness', 'host-lockdown', 'http-shim', 'import-gate', 'requests-encoding'],
  ...['requests-shim', 'time-zones'],
].map((name) => fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)))

/** Nothing of the parent's. Local time is the same everywhere; the zone of the host is its own business. */
const ENVIRONMENT = { TZ: 'UTC' }

export const launchPython = ({ confinement, memoryBytes, fileBytes }: LaunchOptions): ChildProcess => {
  const packageFolder = dirname(createRequire(import.meta.url).resolve('pyodide/package.json')) + sep
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission'
  const [command = '', ...words] = [
    ...confinement,
    process.execPath,
    permission,
    ...[`${packageFolder}*`, ...CHILD_FILES].map((path) => `--allow-fs-read=${path}`),
    '--disallow-code-generation-from-strings',
    // Resolving links would read folders outside the permission.
    ...['--preserve-symlinks', '--preserve-symlinks-main', '--no-warnings'],
    '--expose-gc',
    // What JavaScript itself needs; the interpreter's memory is counted apart. A deep recursion needs the stack (kB).
    ...['--max-old-space-size=128', process.platform === 'win32' ? '--stack-size=900' : '--stack-size=3500'],
    ...[CHILD_FILES[0] ?? '', packageFolder, String(memoryBytes), String(fileBytes)],
  ]
  return spawn(command, words, {
    env: ENVIRONMENT,
    cwd: sep,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    windowsHide: true,
  })
}
