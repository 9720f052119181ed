// Versions of app files, ordered as PEP 440 orders them: by number, not by text; pre-releases before their release.

import type { VersionStatus } from './spec.ts'

/** The newest version of the app format that is known here. */
export const CURRENT_VERSION = '0.6.0'
/** What a file without a version is. */
export const OLDEST_VERSION = '0.1.0'

export interface Version {
  readonly epoch: number
  /** Without trailing zeros: `1.0` equals `1`. */
  readonly release: readonly number[]
  /** Order within one release: development, pre-release, final, post-release. */
  readonly suffix: readonly number[]
}

const PATTERN =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$/i
// Longer texts are no version anybody wrote.
const MAX_LENGTH = 64
const STAGES: Readonly<Record<string, number>> = { a: 0, alpha: 0, b: 1, beta: 1, c: 2, rc: 2, pre: 2, preview: 2 }
const FINAL = 3

/** The version a text means; undefined when it means none. */
export const parseVersion = (text: string): Version | undefined => {
  const trimmed = text.trim()
  if (trimmed.length > MAX_LENGTH) return undefined
  const match = PATTERN.exec(trimmed)
  if (!match) return undefined
  const [, epoch, digits = '', stage, stageNumber, implicitPost, postWord, postNumber, devWord, devNumber] = match
  const release = digits.split('.').map(Number)
  while (release.length > 1 && release.at(-1) === 0) release.pop()
  const post = implicitPost ?? (postWord === undefined ? undefined : postNumber || '0')
  const dev = devWord === undefined ? Number.POSITIVE_INFINITY : Number(devNumber || 0)
  // `1.0.dev1` comes before `1.0a1`, but `1.0.post1.dev1` belongs to its post-release.
  const onlyDev = stage === undefined && post === undefined && devWord !== undefined
  const stageOrder = onlyDev ? -1 : stage === undefined ? FINAL : (STAGES[stage.toLowerCase()] ?? FINAL)
  const suffix = [stageOrder, Number(stageNumber || 0), post === undefined ? -1 : Number(post), dev]
  return { epoch: Number(epoch ?? 0), release, suffix }
}

/** Negative when `a` is older than `b`, zero when they are equal. */
export const compareVersions = (a: Version, b: Version): number =>
  a.epoch - b.epoch || compareNumbers(a.release, b.release) || compareNumbers(a.suffix, b.suffix)

const compareNumbers = (a: readonly number[], b: readonly number[]): number => {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const left = a[i] ?? 0
    const right = b[i] ?? 0
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

/** How a file of this version stands to the current one. */
export const versionStatus = (version: Version, current: string = CURRENT_VERSION): VersionStatus => {
  const ours = parseVersion(current) as Version
  if (compareVersions(version, ours) > 0) return 'newer'
  const differs = (index: number) => (version.release[index] ?? 0) !== (ours.release[index] ?? 0)
  return version.epoch !== ours.epoch || differs(0) || differs(1) ? 'older' : 'current'
}
