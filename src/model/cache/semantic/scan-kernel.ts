// The inner loop of the search over vectors, as a WebAssembly module of one function: sixteen values an instruction, which
// JavaScript cannot say. It multiplies one query with many rows of codes and writes the sums; what they mean, codes.ts knows.
//
//   scan(query, codes, count, stride, sums): sums[i] = Σ query[k] · codes[i][k] for k < stride
//
// query: 16-bit integers · codes: rows of `stride` 8-bit integers, stride a multiple of 16 · sums: 32-bit integers, one a row.

export interface ScanMemory {
  readonly buffer: ArrayBuffer
  /** By pages of 64 KiB; views of the buffer before are worth nothing afterwards. Throws where there is no more memory. */
  grow(pages: number): number
}

export interface ScanKernel {
  readonly memory: ScanMemory
  /** All places are bytes from the start of the memory. */
  readonly scan: (query: number, codes: number, count: number, stride: number, sums: number) => void
}

/** What is used of the engine's interface; the language's own types leave it to browsers. */
interface Engine {
  validate(bytes: Uint8Array): boolean
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** Undefined where WebAssembly is switched off or the processor has no such instructions. */
export const openScanKernel = (): ScanKernel | undefined => {
  const engine = (globalThis as { readonly WebAssembly?: unknown }).WebAssembly as Engine | undefined
  if (!engine?.validate(MODULE)) return undefined
  // The module below exports exactly these two.
  return new engine.Instance(new engine.Module(MODULE)).exports as ScanKernel
}

const I32 = 0x7f
const V128 = 0x7b
const EMPTY = 0x40
const block = [0x02, EMPTY]
const loop = [0x03, EMPTY]
const end = [0x0b]
const branch = (depth: number) => [0x0c, depth]
const branchIf = (depth: number) => [0x0d, depth]
const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const constant = (value: number) => [0x41, value]
const add = [0x6a]
const subtract = [0x6b]
const less = [0x49]
const isZero = [0x45]
const store32 = [0x36, 2, 0]
/** Without a promise about alignment. */
const load128 = (offset: number) => [0xfd, 0x00, 0, offset]
const splat32 = [0xfd, 0x11]
const lane32 = (lane: number) => [0xfd, 0x1b, lane]
const widenLow = [0xfd, 0x87, 0x01]
const widenHigh = [0xfd, 0x88, 0x01]
const add32x4 = [0xfd, 0xae, 0x01]
/** Products of eight pairs of 16 bits, neighbours added. */
const dot16x8 = [0xfd, 0xba, 0x01]

const [query, codes, count, stride, sums, rowEnd, at, sum] = [0, 1, 2, 3, 4, 5, 6, 7] as const
const advance = (local: number, bytes: number) => [get(local), constant(bytes), add, set(local)].flat()

const BODY = [
  block,
  loop,
  [get(count), isZero, branchIf(1)],
  [get(codes), get(stride), add, set(rowEnd)],
  [get(query), set(at), constant(0), splat32, set(sum)],
  loop,
  [get(codes), load128(0), widenLow, get(at), load128(0), dot16x8],
  [get(codes), load128(0), widenHigh, get(at), load128(16), dot16x8],
  [add32x4, get(sum), add32x4, set(sum)],
  [advance(codes, 16), advance(at, 32)],
  [get(codes), get(rowEnd), less, branchIf(0)],
  end,
  [
    get(sums),
    get(sum),
    lane32(0),
    get(sum),
    lane32(1),
    add,
    get(sum),
    lane32(2),
    add,
    get(sum),
    lane32(3),
    add,
    store32,
  ],
  [advance(sums, 4), get(count), constant(1), subtract, set(count), branch(0)],
  end,
  end,
  end,
].flat(3)

/** Lengths in LEB128. */
const sized = (bytes: readonly number[]): number[] => {
  const { length } = bytes
  return [...(length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]), ...bytes]
}
const name = (text: string): number[] => sized([...text].map((letter) => letter.charCodeAt(0)))
const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)]

const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, 0x60, ...sized([I32, I32, I32, I32, I32]), 0]),
  ...section(3, [1, 0]),
  // One page at first, without a limit but that of the format: 4 GiB.
  ...section(5, [1, 0x00, 1]),
  ...section(7, [2, ...name('memory'), 0x02, 0, ...name('scan'), 0x00, 0]),
  ...section(10, [1, ...sized([2, 2, I32, 1, V128, ...BODY])]),
])
