// How likely a kept answer is right, given how similar its question is.
//
// P(right | similarity, entry) = σ(b₀ + b₁·z + u): a logistic curve that all entries of a category share, and an offset of the
// entry, shrunken towards 0. z is the similarity, moved and stretched so that the priors suit it. Curve and offset are the modes
// under normal priors (ridge regression), found by Newton's method; their errors are those of the normal approximation there.
// The idea of a curve for each entry is vCache's (Schroeder et al., arXiv 2502.03771); a pooled curve with shrinkage needs far
// fewer labels for each entry (Gelman and Hill, Data Analysis Using Regression and Multilevel Models, 2007, chapter 12).

export interface Label {
  readonly similarity: number
  readonly right: boolean
}

export interface Curve {
  readonly b0: number
  readonly b1: number
  /** Variances and covariance of b0 and b1. */
  readonly v00: number
  readonly v01: number
  readonly v11: number
}

export interface Offset {
  readonly u: number
  readonly variance: number
}

/** Variance of b0 and b1 before anything is known: steep enough to part right from wrong within 0.1 of similarity. */
const CURVE_VARIANCE = 9
/** Of offsets: entries whose odds are e times better or worse than the curve says are common. */
export const ENTRY_VARIANCE = 1
const ROUNDS = 30
const CLOSE = 1e-8
/** Standard errors below the estimate: one side of 95 %. */
const ERRORS = 1.64

const toZ = (similarity: number): number => (similarity - 0.8) * 10
const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/** @param labels at least one */
export const fitCurve = (labels: readonly Label[]): Curve => {
  let [b0, b1] = [0, 0]
  let [h00, h01, h11] = [0, 0, 0]
  const curvature = () => {
    let [g0, g1] = [-b0 / CURVE_VARIANCE, -b1 / CURVE_VARIANCE]
    h00 = 1 / CURVE_VARIANCE
    h01 = 0
    h11 = 1 / CURVE_VARIANCE
    for (const { similarity, right } of labels) {
      const z = toZ(similarity)
      const p = logistic(b0 + b1 * z)
      const miss = (right ? 1 : 0) - p
      const weight = p * (1 - p)
      g0 += miss
      g1 += miss * z
      h00 += weight
      h01 += weight * z
      h11 += weight * z * z
    }
    return [g0, g1] as const
  }
  for (let round = 0; round < ROUNDS; round++) {
    const [g0, g1] = curvature()
    const determinant = h00 * h11 - h01 * h01
    const step0 = (h11 * g0 - h01 * g1) / determinant
    const step1 = (h00 * g1 - h01 * g0) / determinant
    // Far steps leave the region in which the approximation holds.
    const scale = Math.min(1, 4 / Math.max(Math.abs(step0), Math.abs(step1), CLOSE))
    b0 += step0 * scale
    b1 += step1 * scale
    if (Math.abs(step0) + Math.abs(step1) < CLOSE) break
  }
  curvature()
  const determinant = h00 * h11 - h01 * h01
  return { b0, b1, v00: h11 / determinant, v01: -h01 / determinant, v11: h00 / determinant }
}

/** Of an entry with these labels. */
export const fitOffset = ({ b0, b1 }: Curve, labels: readonly Label[]): Offset => {
  let u = 0
  let h = 1 / ENTRY_VARIANCE
  for (let round = 0; round < ROUNDS; round++) {
    let g = -u / ENTRY_VARIANCE
    h = 1 / ENTRY_VARIANCE
    for (const { similarity, right } of labels) {
      const p = logistic(b0 + b1 * toZ(similarity) + u)
      g += (right ? 1 : 0) - p
      h += p * (1 - p)
    }
    const step = Math.max(-4, Math.min(4, g / h))
    u += step
    if (Math.abs(step) < CLOSE) break
  }
  return { u, variance: 1 / h }
}

/** The probability that is not undercut with 95 % confidence. */
export const lowerBound = (curve: Curve, { u, variance }: Offset, similarity: number): number => {
  const z = toZ(similarity)
  const error = Math.sqrt(curve.v00 + 2 * z * curve.v01 + z * z * curve.v11 + variance)
  return logistic(curve.b0 + curve.b1 * z + u - ERRORS * error)
}

/** The lowest similarity at which an unknown entry reaches `least`; undefined when none does. */
export const reachedFrom = (curve: Curve, least: number): number | undefined => {
  const unknown = { u: 0, variance: ENTRY_VARIANCE }
  for (let percent = 50; percent <= 100; percent++) {
    if (lowerBound(curve, unknown, percent / 100) >= least) return percent / 100
  }
  return undefined
}
