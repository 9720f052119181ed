// Reads IP addresses and names their ranges with ipaddr.js.
// Anything that is not plain global unicast is special, embedded IPv4 (mapped, NAT64, 6to4, …) included.

import ipaddr from 'ipaddr.js'
import type { AddressBook } from '../policy.ts'

// IANA has given out only 2000::/3; the rest holds IPv4-compatible addresses and other leftovers that ipaddr.js calls unicast.
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

/** Strict forms only: `127.1` and `0x7f.0.0.1` are no addresses here, the URL parser has already spelt them out. */
const read = (text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined
}

/** ISATAP (RFC 5214 §6.1) carries an IPv4 address under any prefix. */
const isIsatap = (address: ipaddr.IPv6): boolean =>
  ((address.parts[4] ?? 0) & 0xfdff) === 0 && address.parts[5] === 0x5efe

export const ipRanges: AddressBook = {
  rangeOf(ip) {
    const address = read(ip)
    if (!address) return undefined
    const range = address.range()
    if (range !== 'unicast') return range
    if (address instanceof ipaddr.IPv6) {
      if (!address.match(GLOBAL_IPV6)) return 'reserved'
      if (isIsatap(address)) return 'isatap'
    }
    return 'public'
  },

  parseRange(text) {
    const [base = '', length] = text.split('/')
    const network = read(base)
    if (!network) return undefined
    const bits = length === undefined ? network.toByteArray().length * 8 : Number(length)
    if (length === '' || !Number.isInteger(bits) || bits < 0 || bits > network.toByteArray().length * 8)
      return undefined
    return (ip) => {
      const address = read(ip)
      return address !== undefined && address.kind() === network.kind() && address.match(network, bits)
    }
  },
}
