// How often a password may be guessed: failures are counted for each address and for the whole installation.
//
// A1  An attempt counts as a failure from its beginning, so that many at once are no way around the limit; a success takes it
//     back.
// A2  Memory is bounded by the limits themselves: an address is remembered for one window, and a window admits no more
//     failures than the installation's limit.
// A3  Known and unknown addresses are treated alike.

import type { Clock } from '../../base/seams.ts'
import { AccountError } from './errors.ts'

export interface AttemptLimits {
  /** Failures for one address in a window. Default 10. */
  readonly perAddress?: number
  /** Failures for all addresses together. High: whoever causes them locks everyone out who is not signed in. Default 1,000. */
  readonly perInstallation?: number
  /** From the first failure on. Milliseconds; default 15 minutes. */
  readonly windowMs?: number
}

export interface Attempt {
  /** Nothing was guessed: the password was right, or could not be checked. */
  takeBack(): void
  /** The password was right: the address starts anew. */
  succeed(): void
}

interface Window {
  startedAt: number
  failures: number
}

export const createAttempts = (clock: Pick<Clock, 'elapsed'>, limits: AttemptLimits = {}) => {
  const { perAddress = 10, perInstallation = 1_000, windowMs = 15 * 60_000 } = limits
  /** By address, oldest window first. */
  const addresses = new Map<string, Window>()
  const installation: Window = { startedAt: Number.NEGATIVE_INFINITY, failures: 0 }

  const isOver = (window: Window, now: number): boolean => now - window.startedAt >= windowMs

  const dropOldWindows = (now: number): void => {
    for (const [address, window] of addresses) {
      if (!isOver(window, now)) return
      addresses.delete(address)
    }
  }

  const admit = (window: Window, limit: number, now: number): void => {
    if (window.failures < limit) return
    const seconds = Math.max(1, Math.ceil((window.startedAt + windowMs - now) / 1_000))
    throw new AccountError('account/too-many-attempts', { retryable: true, details: { seconds } })
  }

  return {
    /** @throws AccountError `account/too-many-attempts` */
    begin(address: string): Attempt {
      const now = clock.elapsed()
      dropOldWindows(now)
      if (isOver(installation, now)) Object.assign(installation, { startedAt: now, failures: 0 })
      const window = addresses.get(address) ?? { startedAt: now, failures: 0 }
      admit(window, perAddress, now)
      admit(installation, perInstallation, now)
      addresses.set(address, window)
      window.failures++
      installation.failures++
      const installationWindow = installation.startedAt
      let open = true
      const takeBack = () => {
        if (!open) return
        open = false
        window.failures--
        if (installation.startedAt === installationWindow) installation.failures--
        if (window.failures === 0 && addresses.get(address) === window) addresses.delete(address)
      }
      return {
        takeBack,
        succeed() {
          takeBack()
          if (addresses.get(address) === window) addresses.delete(address)
        },
      }
    },
    /** Addresses remembered. */
    get size(): number {
      return addresses.size
    },
  }
}
