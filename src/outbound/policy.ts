// Which addresses the flows of users may reach. Pure rules; reading IP addresses is the driver's part.
//
// P1  Only http and https.
// P2  A host that is an IP address is judged by that address; a host name by every address it resolves to.
// P3  A reserved name (localhost, *.internal, a cloud's metadata service) needs addresses the operator listed.
// P4  Where public addresses are closed, names are not even resolved unless a listed range could be behind them.
// P5  What the operator lists wins: a listed name may resolve anywhere, a listed range is open under every name.

import { OutboundError } from './errors.ts'

export interface OutboundRules {
  /** Host names, IP addresses or CIDR ranges that are open although they are not public, e.g. `10.0.0.0/8`. */
  readonly allowPrivate: readonly string[]
  /** Opens every address. Default false. */
  readonly allowAll?: boolean
  /** False closes everything but the listed addresses. Default true. */
  readonly allowPublic?: boolean
}

/** What the policy needs to know about IP addresses. */
export interface AddressBook {
  /** `public`, or the name of the special range; undefined when the text is no IP address. */
  rangeOf(ip: string): string | undefined
  /** A test for an IP address or a CIDR range; undefined when the text is neither. */
  parseRange(text: string): ((ip: string) => boolean) | undefined
}

export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

export interface OutboundPolicy {
  /** The parsed address, its scheme and host checked as far as they can be without resolving the name.
   *  @throws OutboundError `outbound/bad-url`, `outbound/forbidden-scheme`, `outbound/forbidden-address` */
  admitUrl(url: string | URL, base?: URL): URL
  /** Those addresses of the host that a connection may use, at least one.
   *  @throws OutboundError `outbound/forbidden-address` */
  admitAddresses(host: string, addresses: readonly ResolvedAddress[]): readonly ResolvedAddress[]
}

const RESERVED_SUFFIXES = ['localhost', 'localdomain', 'local', 'internal', 'home.arpa']
// Names under which clouds serve instance credentials.
const METADATA_NAMES = new Set(['metadata', 'metadata.goog', 'instance-data', 'metadata.tencentyun.com'])
// Azure's WireServer: a public address by its number, a credential service by its use.
const METADATA_ADDRESSES = new Set(['168.63.129.16'])
const CLOSED = 'public addresses are closed here'
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/

/** The host as rules compare it: no brackets, no trailing dots, lower case. */
export const bareHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.+$/, '')

const reservedReason = (name: string): string | undefined => {
  if (METADATA_NAMES.has(name)) return 'it is a metadata service'
  const suffix = RESERVED_SUFFIXES.find((entry) => name === entry || name.endsWith(`.${entry}`))
  return suffix === undefined ? undefined : `names under ${suffix} are private`
}

/** @throws OutboundError `outbound/bad-rule` */
export const createOutboundPolicy = (rules: OutboundRules, book: AddressBook): OutboundPolicy => {
  const { allowAll = false, allowPublic = true } = rules
  const names = new Set<string>()
  const ranges: ((ip: string) => boolean)[] = []
  for (const entry of rules.allowPrivate) {
    const bare = bareHost(entry.trim())
    const range = book.parseRange(bare)
    if (range) ranges.push(range)
    else if (HOST_NAME.test(bare)) names.add(bare)
    else throw new OutboundError('outbound/bad-rule', { details: { entry } })
  }

  const listed = (ip: string): boolean => ranges.some((contains) => contains(ip))
  const forbid = (host: string, reason: string): OutboundError =>
    new OutboundError('outbound/forbidden-address', { details: { host, reason } })

  /** Why an address is closed; undefined when it is open. */
  const closedReason = (ip: string): string | undefined => {
    if (listed(ip)) return undefined
    if (METADATA_ADDRESSES.has(ip)) return 'it is a metadata service'
    const range = book.rangeOf(ip)
    if (range === 'public') return allowPublic ? undefined : CLOSED
    return range === undefined ? 'its address cannot be read' : `its address is not public (${range})`
  }

  return {
    admitUrl(input, base) {
      const text = String(input)
      const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined
      if (!url) throw new OutboundError('outbound/bad-url', { details: { url: text } })
      if (url.protocol !== 'http:' && url.protocol !== 'https:') {
        throw new OutboundError('outbound/forbidden-scheme', { details: { scheme: url.protocol.replace(/:$/, '') } })
      }
      const host = bareHost(url.hostname)
      if (host === '') throw new OutboundError('outbound/bad-url', { details: { url: text } })
      if (allowAll || names.has(host)) return url
      if (book.rangeOf(host) !== undefined) {
        const reason = closedReason(host)
        if (reason !== undefined) throw forbid(host, reason)
        return url
      }
      const reason = reservedReason(host) ?? (allowPublic ? undefined : CLOSED)
      if (reason !== undefined && ranges.length === 0) throw forbid(host, reason)
      return url
    },

    admitAddresses(name, addresses) {
      const host = bareHost(name)
      if (allowAll || names.has(host)) return addresses
      const reserved = reservedReason(host)
      const open = addresses.filter(({ address }) =>
        reserved === undefined ? closedReason(address) === undefined : listed(address),
      )
      if (open.length > 0) return open
      const first = addresses[0]
      throw forbid(host, reserved ?? (first && closedReason(first.address)) ?? 'it has no address')
    },
  }
}
