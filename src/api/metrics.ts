// Exports numbers in the text format of Prometheus. A registry of its own: two platforms in one process do not mix.

import { readdirSync } from 'node:fs'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Metrics } from '../base/metrics.ts'
import type { Clock } from '../base/seams.ts'

export interface MetricsRegistry extends Metrics {
  readonly contentType: string
  /** Everything counted so far. */
  text(): Promise<string>
}

/** A name that is asked for again, as by a second server of one platform, is the same number.
 *  @param clock its `now` tells when the process started */
export const createMetrics = (clock: Pick<Clock, 'now'>): MetricsRegistry => {
  const registry = new Registry()
  const registers = [registry]
  observeProcess(registers, clock)
  const known = new Map<string, unknown>()
  const once = <T>(name: string, make: () => T): T => {
    if (!known.has(name)) known.set(name, make())
    // Names are unique over all kinds, or the registry refuses them.
    return known.get(name) as T
  }
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    counter(name, help, labels = []) {
      const counter = once(name, () => new Counter({ name, help, labelNames: [...labels], registers }))
      return { add: (values = {}, by = 1) => counter.inc(values, by) }
    },
    gauge(name, help, labels = []) {
      const gauge = once(name, () => new Gauge({ name, help, labelNames: [...labels], registers }))
      return { set: (value, values = {}) => gauge.set(values, value) }
    },
    histogram(name, help, labels = [], buckets) {
      const settings = { name, help, labelNames: [...labels], registers, ...(buckets && { buckets: [...buckets] }) }
      const histogram = once(name, () => new Histogram(settings))
      return { observe: (value, values = {}) => histogram.observe(values, value) }
    },
  }
}

/** The process by its customary names, read when asked. The package's own collectors would wake an idle process a hundred
 *  times a second to measure the event loop, and watch every garbage collection. */
const observeProcess = (registers: Registry[], clock: Pick<Clock, 'now'>): void => {
  const startedAt = clock.now() / 1000 - process.uptime()
  const gauge = (name: string, help: string, read: () => number | undefined): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        const value = read()
        if (value !== undefined) this.set(value)
      },
    })
  }
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system time of the process in seconds',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  gauge('process_start_time_seconds', 'When the process started, in seconds since the epoch', () => startedAt)
  gauge('process_resident_memory_bytes', 'Memory of the process in bytes', () => process.memoryUsage.rss())
  gauge('process_open_fds', 'Open files, where the system tells', openFiles)
  gauge('nodejs_heap_size_total_bytes', 'Heap reserved, in bytes', () => process.memoryUsage().heapTotal)
  gauge('nodejs_heap_size_used_bytes', 'Heap in use, in bytes', () => process.memoryUsage().heapUsed)
  gauge('nodejs_external_memory_bytes', 'Memory outside the heap, in bytes', () => process.memoryUsage().external)
  let before = performance.eventLoopUtilization()
  gauge('nodejs_eventloop_utilization', 'Share of time the event loop was busy since the last look, 0 to 1', () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, before)
    before = now
    return utilization
  })
}

const openFiles = (): number | undefined => {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}
