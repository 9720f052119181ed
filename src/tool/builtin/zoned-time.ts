// Wall clocks of time zones, from the zone data of Intl.
// Repeated and skipped hours follow Python's `fold=0`: the offset that held before the change.

import { lettersOf } from './zone-letters.ts'

export interface WallTime {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 0 to 999. */
  readonly millisecond: number
}

export interface ZonedTime extends WallTime {
  readonly zone: string
  /** East of Greenwich. */
  readonly offsetSeconds: number
}

const DAY_MS = 86_400_000

/** Milliseconds since the epoch as if the wall time were UTC. */
export const utcOf = (wall: WallTime): number => {
  const date = new Date(0)
  // Not Date.UTC, which reads the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(wall.year, wall.month - 1, wall.day)
  date.setUTCHours(wall.hour, wall.minute, wall.second, wall.millisecond)
  return date.getTime()
}

const wallOf = (utcMs: number): WallTime => {
  const date = new Date(utcMs)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  }
}

/** Whether the names exists in the zone data. */
export const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** @throws RangeError for a zone that `isZone` refuses */
export const toZone = (instantMs: number, zone: string): ZonedTime => {
  const offsetSeconds = offsetAt(instantMs, zone)
  return { ...wallOf(instantMs + offsetSeconds * 1000), zone, offsetSeconds }
}

/** The instant at which the zone's clocks show this time. Milliseconds since the epoch. */
export const fromZone = (wall: WallTime, zone: string): number => {
  const utc = utcOf(wall)
  const before = offsetAt(utc - DAY_MS, zone) * 1000
  const after = offsetAt(utc + DAY_MS, zone) * 1000
  const holds = (offset: number) => offsetAt(utc - offset, zone) * 1000 === offset
  return utc - (holds(before) || !holds(after) ? before : after)
}

const offsetAt = (instantMs: number, zone: string): number => {
  if (zone === 'UTC') return 0
  const parts = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instantMs)
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((item) => item.type === type)?.value ?? ''
  const beforeChrist = part('era').startsWith('B')
  const shown = utcOf({
    year: beforeChrist ? 1 - Number(part('year')) : Number(part('year')),
    month: Number(part('month')),
    day: Number(part('day')),
    hour: Number(part('hour')),
    minute: Number(part('minute')),
    second: Number(part('second')),
    millisecond: 0,
  })
  return (shown - Math.floor(instantMs / 1000) * 1000) / 1000
}

// Each locale abbreviates its own zones as the database does, and others in ways of its own.
const KNOWN_LETTERS: readonly (readonly [locale: string, names: RegExp])[] = [
  ['en-US', /^(?:UTC|GMT|[AECMP][SD]T|AK[SD]T|HS?T)$/],
  ['en-GB', /^(?:GMT|BST|[CEW]ES?T)$/],
]

/** `UTC`, `CEST`, `JST`; `+03` where the zone has no letters. */
export const zoneAbbreviation = (time: ZonedTime): string => {
  const instant = utcOf(time) - time.offsetSeconds * 1000
  for (const [locale, known] of KNOWN_LETTERS) {
    const parts = new Intl.DateTimeFormat(locale, { timeZone: time.zone, timeZoneName: 'short' }).formatToParts(instant)
    const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
    if (known.test(name)) return name
  }
  const listed = lettersOf(time.zone, time.offsetSeconds)
  if (listed !== undefined) return listed
  const numeric = offsetText(time.offsetSeconds)
  return numeric.endsWith('00') ? numeric.slice(0, 3) : numeric
}

/** `+0530`; with seconds only where history has them. */
export const offsetText = (offsetSeconds: number): string => {
  const seconds = Math.abs(offsetSeconds)
  const two = (value: number) => Math.floor(value).toString().padStart(2, '0')
  const rest = seconds % 60 === 0 ? '' : two(seconds % 60)
  return `${offsetSeconds < 0 ? '-' : '+'}${two(seconds / 3600)}${two((seconds % 3600) / 60)}${rest}`
}
