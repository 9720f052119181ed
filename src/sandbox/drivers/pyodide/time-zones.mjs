// Time zones for Python's zoneinfo, made from the ones JavaScript knows (ICU), because Pyodide ships none: the binary
// format is TZif version 2 (RFC 8536) with explicit transitions from 1970 to 2037.

const START = Date.UTC(1970, 0, 1)
const END = Date.UTC(2038, 0, 1)
const STEP_MS = 20 * 86_400_000 // shorter than any time between two changes that ICU knows after 1970
const SUMMER_SECONDS = 300 * 86_400
const KEY = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+){0,2}$/

/** Each knows the abbreviations of its own part of the world and writes the others as GMT+8. */
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'en-ZA', 'ja-JP']
/** Known to no locale, and asked for more than most. */
const CHINA = new Set(['Asia/Shanghai', 'Asia/Chongqing', 'Asia/Harbin', 'Asia/Taipei', 'Asia/Macau', 'PRC', 'ROC'])

/** Reads offset (seconds east) and abbreviation of a zone at a time. */
const createReader = (key) => {
  const clock = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' }
  const options = { timeZone: key, hourCycle: 'h23', ...clock, second: 'numeric', timeZoneName: 'short' }
  const formats = LOCALES.map((locale) => new Intl.DateTimeFormat(locale, options))
  const names = new Map()
  const nameAt = (time, short, offset) => {
    // Asking every locale each time would be slow; within a year the same offset has the same name.
    const id = `${short} ${offset} ${new Date(time).getUTCFullYear()}`
    if (!names.has(id)) {
      const found = formats
        .map((format) => format.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? '')
        .find((name) => /^[A-Z]{3,5}$/.test(name))
      const china = CHINA.has(key) && (offset === 28_800 ? 'CST' : offset === 32_400 ? 'CDT' : undefined)
      names.set(id, found ?? (china || numericName(offset)))
    }
    return names.get(id)
  }
  return (time) => {
    const found = Object.create(null)
    for (const { type, value } of formats[0].formatToParts(time)) found[type] = value
    const local = Date.UTC(found.year, found.month - 1, found.day, found.hour, found.minute, found.second)
    const offset = Math.round((local - Math.floor(time / 1000) * 1000) / 1000)
    return { offset, name: nameAt(time, found.timeZoneName, offset) }
  }
}

const numericName = (offset) => {
  const minutes = Math.abs(Math.round(offset / 60))
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${hours}${minutes % 60 === 0 ? '' : String(minutes % 60).padStart(2, '0')}`
}

const findTransitions = (read) => {
  const transitions = []
  let before = read(START)
  for (let at = START; at < END; at += STEP_MS) {
    const after = read(at + STEP_MS)
    if (after.offset === before.offset && after.name === before.name) continue
    let low = at
    let high = at + STEP_MS
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000
      const there = read(middle)
      if (there.offset === before.offset && there.name === before.name) low = middle
      else high = middle
    }
    transitions.push({ seconds: high / 1000, ...after })
    before = after
  }
  return transitions
}

const made = new Map()

/** @returns the bytes of the zone's file, or undefined when there is no such zone */
export const zoneFile = (key) => {
  if (!KEY.test(key)) return undefined
  // A pure function of the key, so keeping it tells the next run nothing. Only existing zones are kept: about 600.
  if (!made.has(key)) {
    let read
    try {
      read = createReader(key)
    } catch {
      return undefined
    }
    made.set(key, encodeZone(read))
  }
  return made.get(key)
}

const encodeZone = (read) => {
  const first = read(START)
  const transitions = findTransitions(read)
  const kinds = []
  const kindOf = ({ offset, name }) => {
    const at = kinds.findIndex((kind) => kind.offset === offset && kind.name === name)
    return at === -1 ? kinds.push({ offset, name, isSummer: false }) - 1 : at
  }
  kindOf(first)
  const indexes = transitions.map(kindOf)
  transitions.forEach(({ offset, seconds }, at) => {
    const next = transitions[at + 1]
    const isShort = next !== undefined && next.offset < offset && next.seconds - seconds < SUMMER_SECONDS
    // Readers take the first kind that is not summer for the time before the table.
    if (isShort && indexes[at] !== 0) kinds[indexes[at]].isSummer = true
  })
  const names = kinds.map((kind) => `${kind.name}\0`).join('')
  const head = (version2) => {
    const bytes = Buffer.alloc(44)
    bytes.write('TZif2', 0, 'latin1')
    if (!version2) return bytes
    bytes.writeUInt32BE(transitions.length, 32)
    bytes.writeUInt32BE(kinds.length, 36)
    bytes.writeUInt32BE(names.length, 40)
    return bytes
  }
  const times = Buffer.alloc(8 * transitions.length)
  transitions.forEach(({ seconds }, at) => {
    times.writeBigInt64BE(BigInt(seconds), 8 * at)
  })
  const types = Buffer.alloc(6 * kinds.length)
  let nameAt = 0
  kinds.forEach((kind, at) => {
    types.writeInt32BE(kind.offset, 6 * at)
    types.writeUInt8(kind.isSummer ? 1 : 0, 6 * at + 4)
    types.writeUInt8(nameAt, 6 * at + 5)
    nameAt += kind.name.length + 1
  })
  // RFC 8536 wants one type in the first block; readers of version 2 skip it.
  const emptyBlock = head(false)
  emptyBlock.writeUInt32BE(1, 36)
  emptyBlock.writeUInt32BE(1, 40)
  const footer = `\n${posixRule([first, ...transitions])}\n`
  return Buffer.concat([
    ...[emptyBlock, Buffer.alloc(7), head(true), times, Buffer.from(indexes), types],
    ...[Buffer.from(names, 'latin1'), Buffer.from(footer, 'latin1')],
  ])
}

/** A fixed rule for what comes after the table; zones that still change twice a year keep their standard time. */
const posixRule = (transitions) => {
  const last = transitions.at(-1)
  const stillChanges = last.seconds !== undefined && last.seconds * 1000 > END - 366 * 86_400_000
  const { offset, name } = stillChanges ? transitions.slice(-2).reduce((a, b) => (b.offset < a.offset ? b : a)) : last
  const total = Math.abs(offset)
  const clock = [Math.floor(total / 3600), Math.floor(total / 60) % 60].map((part) => String(part).padStart(2, '0'))
  return `<${name}>${offset > 0 ? '-' : ''}${clock.join(':')}`
}
