// Money as whole numbers: list prices in pico-dollars (10⁻¹²) a token, sums in nano-dollars (10⁻⁹). No fraction is ever stored.

/** Dollars for a million tokens as pico-dollars for one: exact up to six decimals.
 *  @param dollars `2.5`, `0.075`   @returns undefined when it is no such number */
export const picoPerToken = (dollars: string): bigint | undefined => scaled(dollars, 6)

/** Dollars as nano-dollars: exact up to nine decimals; undefined when it is no such number. */
export const nanoDollars = (dollars: string): bigint | undefined => scaled(dollars, 9)

const scaled = (text: string, decimals: number): bigint | undefined => {
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text)
  if (!match) return undefined
  const fraction = (match[2] ?? '').replace(/0+$/, '')
  if (fraction.length > decimals) return undefined
  return BigInt((match[1] as string) + fraction.padEnd(decimals, '0'))
}

/** Nano-dollars as dollars, without trailing zeros: `0.0000125`. @param nanoUsd whole */
export const formatUsd = (nanoUsd: number | bigint): string => {
  const nano = BigInt(nanoUsd)
  const digits = (nano < 0n ? -nano : nano).toString().padStart(10, '0')
  const fraction = digits.slice(-9).replace(/0+$/, '')
  return `${nano < 0n ? '-' : ''}${digits.slice(0, -9)}${fraction && '.'}${fraction}`
}

/** Pico-dollars a token as dollars for a million. */
export const formatPerMillion = (pico: number): string => formatUsd(BigInt(pico) * 1_000n)

/** Below this, sums and remainders of numbers are exact with room to spare. */
const EXACT = 2 ** 50

/** Half to even. @param pico whole, ≥ 0; beyond `EXACT` perhaps rounded, then `again` gives it exactly */
export const toNano = (pico: number, again: () => bigint): number => {
  if (pico < EXACT) {
    const rest = pico % 1_000
    const whole = (pico - rest) / 1_000
    return rest > 500 || (rest === 500 && whole % 2 === 1) ? whole + 1 : whole
  }
  const exact = again()
  const rest = exact % 1_000n
  const whole = exact / 1_000n
  return Number(rest > 500n || (rest === 500n && whole % 2n === 1n) ? whole + 1n : whole)
}
