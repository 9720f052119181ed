// Weighted medians.

/** The smallest value that at least half of the weight does not exceed. @param values at least one */
export const weightedMedian = (values: readonly number[], weights: readonly number[]): number => {
  const sorted = values.map((value, i) => ({ value, weight: weights[i] ?? 0 })).sort((a, b) => a.value - b.value)
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2
  let sum = 0
  for (const { value, weight } of sorted) {
    sum += weight
    // The same weights in another order may sum to a little less.
    if (sum >= half * (1 - 1e-9)) return value
  }
  return sorted.at(-1)?.value ?? Number.NaN
}
