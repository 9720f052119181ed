// The provider `time`: now, conversions between zones and timestamps, weekdays.
// Parameters, defaults and answers are those of Dify's built-in tools, which apps and their prompts expect.

import { isNumber, toNumber } from '../../base/number.ts'
import { toPythonText } from '../../base/python.ts'
import type { Value } from '../../base/value.ts'
import { defineTool } from '../define.ts'
import { ToolError } from '../errors.ts'
import type { Tool, ToolMessage, ToolParameter } from '../spec.ts'
import { formatTime, MONTHS, WEEKDAYS, weekdayOf } from './strftime.ts'
import { fromZone, isZone, toZone, utcOf, type WallTime } from './zoned-time.ts'

const PLAIN_FORMAT = '%Y-%m-%d %H:%M:%S'
// Years 1 to 9999, the range of Python's datetime.
const FIRST_MS = -62_135_596_800_000
const LAST_MS = 253_402_300_799_999

const text = (value: string): ToolMessage => ({ type: 'text', text: value })
const stringOf = (value: Value | undefined): string => (typeof value === 'string' ? value : '')
const numberOf = (value: Value | undefined): number => (isNumber(value) ? toNumber(value) : Number.NaN)

const failed = (tool: string, message: string): ToolError =>
  new ToolError('tool/failed', { details: { tool, message } })

/** An empty zone means the server's, which is UTC here. */
const zoneOf = (tool: string, value: Value | undefined): string => {
  const zone = stringOf(value) || 'UTC'
  if (!isZone(zone)) throw failed(tool, `Invalid timezone: '${zone}'`)
  return zone
}

const LOCAL_TIME = /^(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{1,2}):(\d{1,2})$/

const parseLocalTime = (tool: string, given: string): WallTime => {
  const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (LOCAL_TIME.exec(given) ?? []).map(Number)
  const wall = { year, month, day, hour, minute, second, millisecond: 0 }
  if (isDate(year, month, day) && hour < 24 && minute < 60 && second < 60) return wall
  throw failed(tool, `'${given}' is not a time of the form YYYY-MM-DD HH:MM:SS`)
}

const isDate = (year: number, month: number, day: number): boolean => {
  if (!(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return false
  const date = new Date(utcOf({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 }))
  return date.getUTCDate() === day
}

const zoneParameter = (name: string, fallback: string, description: string): ToolParameter => ({
  name,
  type: 'string',
  required: false,
  default: fallback,
  description: `${description}, a name of the IANA database such as Europe/Paris`,
})

const currentTime = defineTool(
  {
    provider: 'time',
    name: 'current_time',
    description: 'Tells the current date and time.',
    parameters: [
      {
        name: 'format',
        type: 'string',
        required: false,
        default: PLAIN_FORMAT,
        description: 'Format in strftime notation, e.g. %Y-%m-%d %H:%M:%S',
      },
      zoneParameter('timezone', 'UTC', 'Time zone of the answer'),
    ],
  },
  function* (parameters, { clock }) {
    const zone = stringOf(parameters.timezone)
    if (!isZone(zone)) yield text(`Invalid timezone: ${zone}`)
    else yield text(formatTime(toZone(clock.now(), zone), stringOf(parameters.format) || PLAIN_FORMAT))
  },
)

const localTimeToTimestamp = defineTool(
  {
    provider: 'time',
    name: 'localtime_to_timestamp',
    description: 'Converts a local time to a Unix timestamp in seconds.',
    parameters: [
      { name: 'localtime', type: 'string', required: true, description: 'Local time as YYYY-MM-DD HH:MM:SS' },
      zoneParameter('timezone', 'Asia/Shanghai', 'Time zone of the local time'),
    ],
  },
  function* (parameters) {
    const zone = zoneOf('localtime_to_timestamp', parameters.timezone)
    const wall = parseLocalTime('localtime_to_timestamp', stringOf(parameters.localtime))
    yield text(Math.trunc(fromZone(wall, zone) / 1000).toString())
  },
)

const timestampToLocalTime = defineTool(
  {
    provider: 'time',
    name: 'timestamp_to_localtime',
    description: 'Converts a Unix timestamp in seconds to a local time.',
    parameters: [
      { name: 'timestamp', type: 'number', required: true, description: 'Seconds since 1970-01-01 00:00:00 UTC' },
      zoneParameter('timezone', 'Asia/Shanghai', 'Time zone of the answer'),
    ],
  },
  function* (parameters) {
    const zone = zoneOf('timestamp_to_localtime', parameters.timezone)
    const instant = numberOf(parameters.timestamp) * 1000
    if (!(instant >= FIRST_MS && instant <= LAST_MS)) {
      throw failed('timestamp_to_localtime', 'the timestamp lies outside the years 1 to 9999')
    }
    yield text(formatTime(toZone(instant, zone), PLAIN_FORMAT))
  },
)

const timezoneConversion = defineTool(
  {
    provider: 'time',
    name: 'timezone_conversion',
    description: 'Converts a time from one time zone to another.',
    parameters: [
      { name: 'current_time', type: 'string', required: true, description: 'Time as YYYY-MM-DD HH:MM:SS' },
      zoneParameter('current_timezone', 'Asia/Shanghai', 'Time zone of the given time'),
      zoneParameter('target_timezone', 'Asia/Tokyo', 'Time zone of the answer'),
    ],
  },
  function* (parameters) {
    const from = zoneOf('timezone_conversion', parameters.current_timezone)
    const to = zoneOf('timezone_conversion', parameters.target_timezone)
    const wall = parseLocalTime('timezone_conversion', stringOf(parameters.current_time))
    yield text(formatTime(toZone(fromZone(wall, from), to), PLAIN_FORMAT))
  },
)

const weekday = defineTool(
  {
    provider: 'time',
    name: 'weekday',
    description: 'Tells the day of the week of a date.',
    parameters: ['year', 'month', 'day'].map((name) => ({ name, type: 'number', required: true, description: name })),
  },
  function* (parameters) {
    const [year, month, day] = ['year', 'month', 'day'].map((name) => Math.trunc(numberOf(parameters[name])))
    if (year === undefined || month === undefined || day === undefined || !isDate(year, month, day)) {
      const given = (name: string) => toPythonText(parameters[name] ?? null)
      yield text(`Invalid date: Year ${given('year')}, Month ${given('month')}, Day ${given('day')}.`)
      return
    }
    const noon = { year, month, day, hour: 12, minute: 0, second: 0, millisecond: 0, zone: 'UTC', offsetSeconds: 0 }
    yield text(`${MONTHS[month - 1]} ${day}, ${year} is ${WEEKDAYS[weekdayOf(noon)]}.`)
  },
)

export const timeTools: readonly Tool[] = [
  currentTime,
  localTimeToTimestamp,
  timestampToLocalTime,
  timezoneConversion,
  weekday,
]
