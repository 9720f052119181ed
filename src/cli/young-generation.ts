// Keeps the process small while it starts. Loading modules makes V8's young generation grow to its full size, which an idle
// server then holds for nothing (25 of 125 MB): it may grow only once there is work.

import { setFlagsFromString } from 'node:v8'

const setGrowthFactor = (factor: number): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`)

export const keepYoungGenerationSmall = (): void => setGrowthFactor(1)

/** From now on the young generation grows with the load, as V8 lets it by default. */
export const letYoungGenerationGrow = (): void => setGrowthFactor(2)
