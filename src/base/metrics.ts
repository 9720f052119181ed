// Numbers that operators watch. Parts count through this contract and know no exporter.

export interface Counter {
  /** Adds 1, or `by`. Labels must be the declared ones, with few values each. */
  add(labels?: Readonly<Record<string, string>>, by?: number): void
}

export interface Gauge {
  set(value: number, labels?: Readonly<Record<string, string>>): void
}

export interface Histogram {
  /** In the unit that the name ends with, e.g. `_seconds`. */
  observe(value: number, labels?: Readonly<Record<string, string>>): void
}

export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter
  gauge(name: string, help: string, labels?: readonly string[]): Gauge
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram
}

const nothing = () => {}

/** Counts nothing. */
export const silentMetrics: Metrics = {
  counter: () => ({ add: nothing }),
  gauge: () => ({ set: nothing }),
  histogram: () => ({ observe: nothing }),
}
