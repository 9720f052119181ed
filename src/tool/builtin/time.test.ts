// Expected values come from Python 3.11 (datetime, zoneinfo).
import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../base/seams.ts'
import type { Value } from '../../base/value.ts'
import { createToolDirectory } from '../directory.ts'
import { arithmeticTools } from './arithmetic.ts'
import { formatTime } from './strftime.ts'
import { timeTools } from './time.ts'
import { fromZone, toZone } from './zoned-time.ts'

const directory = createToolDirectory([...timeTools, ...arithmeticTools])
const clock: Clock = { ...systemClock, now: () => Date.UTC(2024, 1, 29, 15, 4, 5, 678) }
const run = async (name: string, parameters: Record<string, Value>, provider = 'time') => {
  const context = { clock, signal: new AbortController().signal, fetch: () => Promise.reject(new Error('no network')) }
  let text = ''
  for await (const message of directory.find(provider, name)?.run(parameters, context) ?? []) {
    if (message.type === 'text') text += message.text
  }
  return text
}

describe('tools', () => {
  test.each<[string, Record<string, Value>, string]>([
    ['current_time', {}, '2024-02-29 15:04:05'],
    ['current_time', { format: '', timezone: 'Asia/Shanghai' }, '2024-02-29 23:04:05'],
    ['current_time', { format: '%H:%M %Z', timezone: 'America/New_York' }, '10:04 EST'],
    ['current_time', { timezone: 'Mars/Base' }, 'Invalid timezone: Mars/Base'],
    ['localtime_to_timestamp', { localtime: '2024-01-01 10:00:00' }, '1704074400'],
    ['localtime_to_timestamp', { localtime: '2024-1-1 2:0:0', timezone: 'UTC' }, '1704074400'],
    ['localtime_to_timestamp', { localtime: '2024-01-01 02:00:00', timezone: '' }, '1704074400'],
    ['localtime_to_timestamp', { localtime: '0099-01-01 00:00:00', timezone: 'UTC' }, '-59042995200'],
    ['timestamp_to_localtime', { timestamp: 1704074400 }, '2024-01-01 10:00:00'],
    ['timestamp_to_localtime', { timestamp: '1704074400', timezone: 'Europe/London' }, '2024-01-01 02:00:00'],
    ['timestamp_to_localtime', { timestamp: 1704074400.9, timezone: 'UTC' }, '2024-01-01 02:00:00'],
    ['timestamp_to_localtime', { timestamp: -1, timezone: 'UTC' }, '1969-12-31 23:59:59'],
    ['timezone_conversion', { current_time: '2024-01-01 10:00:00' }, '2024-01-01 11:00:00'],
    [
      'timezone_conversion',
      { current_time: '2024-07-01 23:30:00', current_timezone: 'America/New_York', target_timezone: 'Asia/Kolkata' },
      '2024-07-02 09:00:00',
    ],
    ['weekday', { year: 2024, month: 2, day: 29 }, 'February 29, 2024 is Thursday.'],
    ['weekday', { year: '1900', month: '1', day: '1' }, 'January 1, 1900 is Monday.'],
    ['weekday', { year: 2023, month: 2, day: 29 }, 'Invalid date: Year 2023, Month 2, Day 29.'],
    ['weekday', { year: 0, month: 1, day: 1 }, 'Invalid date: Year 0, Month 1, Day 1.'],
  ])('%s %j', async (name, parameters, expected) => {
    expect(await run(name, parameters)).toBe(expected)
  })

  test.each<[string, Record<string, Value>, string]>([
    ['localtime_to_timestamp', { localtime: 'today' }, 'tool/failed'],
    ['localtime_to_timestamp', { localtime: '2024-02-30 00:00:00' }, 'tool/failed'],
    ['localtime_to_timestamp', { localtime: '2024-02-03 24:00:00' }, 'tool/failed'],
    ['localtime_to_timestamp', { localtime: '2024-02-03 00:00:00 ' }, 'tool/failed'],
    ['localtime_to_timestamp', { localtime: '2024-02-03 00:00:00', timezone: 'x' }, 'tool/failed'],
    ['localtime_to_timestamp', {}, 'tool/bad-parameter'],
    ['timestamp_to_localtime', { timestamp: 'soon' }, 'tool/bad-parameter'],
    ['timestamp_to_localtime', { timestamp: 1e15 }, 'tool/failed'],
    ['timezone_conversion', { current_time: '2024-01-01 10:00:00', target_timezone: 'x' }, 'tool/failed'],
    ['weekday', { year: 2024, month: 1 }, 'tool/bad-parameter'],
  ])('%s %j fails', async (name, parameters, code) => {
    await expect(run(name, parameters)).rejects.toMatchObject({ code })
  })

  test('maths', async () => {
    const evaluate = (expression: string, provider = 'maths') => run('eval_expression', { expression }, provider)
    expect(await evaluate(' 2 ** 3 / 4 ')).toBe('The result of the expression "2 ** 3 / 4" is 2.0')
    expect(await evaluate('1 / 0', 'calculator')).toBe('Invalid expression: 1 / 0, error: division by zero')
    expect(await evaluate(' ')).toBe('Invalid expression')
  })
})

const FORMAT =
  '%Y|%m|%d|%H|%M|%S|%f|%j|%A|%a|%B|%b|%p|%I|%y|%Z|%z|%%|%u|%w|%U|%W|%G|%V|%c|%x|%X|%e|%D|%F|%T|%R|%-d|%-m|%-H|%s'
describe('strftime', () => {
  test.each([
    [
      '2024-02-29T15:04:05.678Z',
      'UTC',
      '2024|02|29|15|04|05|678000|060|Thursday|Thu|February|Feb|PM|03|24|UTC|+0000|%|4|4|08|09|2024|09|Thu Feb 29 15:04:05 2024|02/29/24|15:04:05|29|02/29/24|2024-02-29|15:04:05|15:04|29|2|15|1709219045',
    ],
    [
      '2021-01-03T00:00:00Z',
      'Asia/Tokyo',
      '2021|01|03|09|00|00|000000|003|Sunday|Sun|January|Jan|AM|09|21|JST|+0900|%|7|0|01|00|2020|53|Sun Jan  3 09:00:00 2021|01/03/21|09:00:00| 3|01/03/21|2021-01-03|09:00:00|09:00|3|1|9|1609632000',
    ],
    [
      '2024-12-30T17:00:00Z',
      'America/Sao_Paulo',
      '2024|12|30|14|00|00|000000|365|Monday|Mon|December|Dec|PM|02|24|-03|-0300|%|1|1|52|53|2025|01|Mon Dec 30 14:00:00 2024|12/30/24|14:00:00|30|12/30/24|2024-12-30|14:00:00|14:00|30|12|14|1735578000',
    ],
    [
      '2024-07-01T00:00:00Z',
      'Asia/Kathmandu',
      '2024|07|01|05|45|00|000000|183|Monday|Mon|July|Jul|AM|05|24|+0545|+0545|%|1|1|26|27|2024|27|Mon Jul  1 05:45:00 2024|07/01/24|05:45:00| 1|07/01/24|2024-07-01|05:45:00|05:45|1|7|5|1719791100',
    ],
  ])('%s in %s', (instant, zone, expected) => {
    const time = toZone(Date.parse(instant), zone)
    // Python's %s reads the fields as the server's local time; ours is the true timestamp.
    const wanted = expected.split('|').slice(0, -1).join('|')
    expect(formatTime(time, FORMAT).split('|').slice(0, -1).join('|')).toBe(wanted)
    expect(formatTime(time, '%s')).toBe(Math.floor(Date.parse(instant) / 1000).toString())
  })

  test('unknown directives stay', () => {
    expect(formatTime(toZone(0, 'UTC'), '%Q %E 100% %1 %Y%')).toBe('%Q %E 100% %1 1970%')
  })

  test.each([
    ['Europe/Berlin', 'CET', 'CEST'],
    ['Europe/London', 'GMT', 'BST'],
    ['Europe/Dublin', 'GMT', 'IST'],
    ['America/Los_Angeles', 'PST', 'PDT'],
    ['Asia/Shanghai', 'CST', 'CST'],
    ['Asia/Kolkata', 'IST', 'IST'],
    ['Asia/Singapore', '+08', '+08'],
    ['Asia/Dubai', '+04', '+04'],
    ['Europe/Moscow', 'MSK', 'MSK'],
    ['Africa/Johannesburg', 'SAST', 'SAST'],
    ['Asia/Jerusalem', 'IST', 'IDT'],
    ['UTC', 'UTC', 'UTC'],
  ])('%s is %s in winter and %s in summer', (zone, winter, summer) => {
    expect(formatTime(toZone(Date.UTC(2024, 0, 15), zone), '%Z')).toBe(winter)
    expect(formatTime(toZone(Date.UTC(2024, 6, 15), zone), '%Z')).toBe(summer)
  })
})

test.each([
  ['repeated', 2024, 10, 27, 2, 30, 'Europe/Berlin', '2024-10-27T00:30:00.000Z'],
  ['skipped', 2024, 3, 31, 2, 30, 'Europe/Berlin', '2024-03-31T01:30:00.000Z'],
  ['repeated', 2024, 11, 3, 1, 30, 'America/New_York', '2024-11-03T05:30:00.000Z'],
  ['after the change', 2024, 11, 3, 2, 0, 'America/New_York', '2024-11-03T07:00:00.000Z'],
  ['half hours', 2024, 4, 7, 1, 45, 'Australia/Lord_Howe', '2024-04-06T14:45:00.000Z'],
])('%s hours resolve as in Python', (_, year, month, day, hour, minute, zone, expected) => {
  const wall = { year, month, day, hour, minute, second: 0, millisecond: 0 }
  expect(new Date(fromZone(wall, zone)).toISOString()).toBe(expected)
})
