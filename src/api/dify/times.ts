// Times as the Service API writes them.

/** Seconds since the epoch. */
export const toSeconds = (ms: number): number => Math.floor(ms / 1000)

/** ISO 8601 in UTC. */
export const toIso = (ms: number): string => new Date(ms).toISOString()
