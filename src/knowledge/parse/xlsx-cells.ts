// Cells of workbooks: their places, and which numbers are dates.

import { scanXml } from './markup.ts'

// Excel's last column is XFD.
const MAX_COLUMNS = 16_384

/** The zero-based column of a reference such as `AB12`; undefined without one or beyond the last. */
export const columnOf = (reference: string | undefined): number | undefined => {
  const letters = /^[A-Z]{1,3}(?=\d)/.exec(reference ?? '')?.[0]
  if (letters === undefined) return undefined
  let column = 0
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64
  return column <= MAX_COLUMNS ? column - 1 : undefined
}

// Built-in formats that show dates or times (ECMA-376 part 1 §18.8.30, with the East Asian ones).
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

/** Whether a format code shows dates: it has date letters outside of quotes, escapes and brackets. */
const isDateCode = (code: string): boolean =>
  /[ymdhs]/i.test(code.replace(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|General/gi, ''))

/** Indexes of the cell styles that show dates. */
export const readDateStyles = (xml: string | undefined): ReadonlySet<number> => {
  const codes = new Map<number, string>()
  const styles = new Set<number>()
  let inCellFormats = false
  let index = 0
  scanXml(xml ?? '', {
    open(name, attribute) {
      if (name === 'numFmt') codes.set(Number(attribute('numFmtId')), attribute('formatCode') ?? '')
      else if (name === 'cellXfs') inCellFormats = true
      else if (name === 'xf' && inCellFormats) {
        const id = Number(attribute('numFmtId') ?? 0)
        const code = codes.get(id)
        if (code === undefined ? isBuiltInDate(id) : isDateCode(code)) styles.add(index)
        index++
      }
    },
    close(name) {
      if (name === 'cellXfs') inCellFormats = false
    },
  })
  return styles
}

const DAY_MS = 86_400_000
// Day 0 of either calendar. Excel believes in 29 February 1900, so days before March of that year are one off.
const START_1900 = Date.UTC(1899, 11, 30)
const START_1904 = Date.UTC(1904, 0, 1)
const LAST_DAY = 2_958_466

/** `2024-01-31 00:00:00`, times of day as `13:30:00`; undefined when no date has this number. */
export const formatSerialDate = (serial: number, date1904: boolean): string | undefined => {
  if (serial < 0 || serial >= LAST_DAY) return undefined
  const shift = !date1904 && serial < 60 ? 1 : 0
  const start = date1904 ? START_1904 : START_1900
  const date = new Date(start + Math.round((serial + shift) * DAY_MS))
  const text = date.toISOString()
  const fraction = text.slice(19, 23) === '.000' ? '' : `${text.slice(19, 23)}000`
  const time = `${text.slice(11, 19)}${fraction}`
  return serial < 1 && !date1904 ? time : `${text.slice(0, 10)} ${time}`
}
