// Hashes that spread keys evenly over targets. Not against anyone who wants collisions.

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** FNV-1a of UTF-16 units, 32 bits. Source: draft-eastlake-fnv. */
export const hashText = (text: string): number => {
  let hash = FNV_OFFSET
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  return hash >>> 0
}

/** Every bit of the input reaches every bit of the output. Source: the finalizer of MurmurHash3 (A. Appleby). */
const mix = (value: number): number => {
  let hash = value ^ (value >>> 16)
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  hash = Math.imul(hash, 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** A number in (0, 1) that belongs to the pair. */
export const pairFraction = (left: number, right: number): number =>
  (mix(mix(left) ^ Math.imul(right, 0x9e3779b1)) + 0.5) / 2 ** 32
