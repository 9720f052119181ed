// Date formats in the notation of C's `strftime`, in the C locale, as Python prints them on Linux.

import { offsetText, utcOf, type ZonedTime, zoneAbbreviation } from './zoned-time.ts'

export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
export const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

const DAY_MS = 86_400_000
const pad = (value: number, width = 2, fill = '0'): string => value.toString().padStart(width, fill)

const dayNumber = (time: ZonedTime): number => Math.floor(utcOf(time) / DAY_MS)
const firstOfYear = (year: number): number =>
  Math.floor(utcOf({ year, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 }) / DAY_MS)
/** 0 is Sunday; the epoch was a Thursday. */
export const weekdayOf = (time: ZonedTime): number => (((dayNumber(time) + 4) % 7) + 7) % 7
const dayOfYear = (time: ZonedTime): number => dayNumber(time) - firstOfYear(time.year) + 1
const hour12 = (time: ZonedTime): number => time.hour % 12 || 12

/** Week of the year when weeks start on `first` (0 Sunday, 1 Monday); days before the first such day are week 0. */
const weekFrom = (time: ZonedTime, first: number): number =>
  Math.floor((dayOfYear(time) + 6 - ((weekdayOf(time) - first + 7) % 7)) / 7)

/** Year and week of ISO 8601: the week belongs to the year of its Thursday. */
const isoWeek = (time: ZonedTime): readonly [year: number, week: number] => {
  const thursday = dayNumber(time) - ((weekdayOf(time) + 6) % 7) + 3
  const year = new Date(thursday * DAY_MS).getUTCFullYear()
  return [year, Math.floor((thursday - firstOfYear(year)) / 7) + 1]
}

const FIELDS: Readonly<Record<string, (time: ZonedTime) => string>> = {
  Y: (time) => time.year.toString(),
  C: (time) => pad(Math.floor(time.year / 100)),
  y: (time) => pad(time.year % 100),
  m: (time) => pad(time.month),
  d: (time) => pad(time.day),
  e: (time) => pad(time.day, 2, ' '),
  H: (time) => pad(time.hour),
  k: (time) => pad(time.hour, 2, ' '),
  I: (time) => pad(hour12(time)),
  l: (time) => pad(hour12(time), 2, ' '),
  M: (time) => pad(time.minute),
  S: (time) => pad(time.second),
  f: (time) => pad(time.millisecond * 1000, 6),
  j: (time) => pad(dayOfYear(time), 3),
  a: (time) => WEEKDAYS[weekdayOf(time)]?.slice(0, 3) ?? '',
  A: (time) => WEEKDAYS[weekdayOf(time)] ?? '',
  b: (time) => MONTHS[time.month - 1]?.slice(0, 3) ?? '',
  h: (time) => MONTHS[time.month - 1]?.slice(0, 3) ?? '',
  B: (time) => MONTHS[time.month - 1] ?? '',
  p: (time) => (time.hour < 12 ? 'AM' : 'PM'),
  P: (time) => (time.hour < 12 ? 'am' : 'pm'),
  u: (time) => (weekdayOf(time) || 7).toString(),
  w: (time) => weekdayOf(time).toString(),
  U: (time) => pad(weekFrom(time, 0)),
  W: (time) => pad(weekFrom(time, 1)),
  G: (time) => isoWeek(time)[0].toString(),
  g: (time) => pad(isoWeek(time)[0] % 100),
  V: (time) => pad(isoWeek(time)[1]),
  Z: zoneAbbreviation,
  z: (time) => offsetText(time.offsetSeconds),
  s: (time) => Math.floor(utcOf(time) / 1000 - time.offsetSeconds).toString(),
  '%': () => '%',
  n: () => '\n',
  t: () => '\t',
}

const COMPOUNDS: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
}

/** Formats a time. `%-d` drops the padding; directives nobody knows stay as they are. */
export const formatTime = (time: ZonedTime, format: string): string =>
  format.replace(/%(-?)([A-Za-z%])/g, (whole, bare: string, letter: string) => {
    const compound = Object.hasOwn(COMPOUNDS, letter) ? COMPOUNDS[letter] : undefined
    if (compound !== undefined) return formatTime(time, compound)
    const field = Object.hasOwn(FIELDS, letter) ? FIELDS[letter]?.(time) : undefined
    if (field === undefined) return whole
    return bare ? field.replace(/^[0 ]+(?=.)/, '') : field
  })
