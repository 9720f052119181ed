// Timing for the programs of this folder: warm up, repeat, report quantiles. One process, one machine, side by side.

import { cpus, totalmem } from 'node:os'

/** Milliseconds of each round of `work`, sorted. */
export const measure = async (work, { rounds, warmUp = Math.ceil(rounds / 5) }) => {
  for (let i = 0; i < warmUp; i++) await work()
  const times = []
  for (let i = 0; i < rounds; i++) {
    const start = performance.now()
    await work()
    times.push(performance.now() - start)
  }
  return times.sort((a, b) => a - b)
}

export const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]

export const machine = () =>
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`

/** Rows of cells in columns. */
export const table = (rows) => {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)))
  for (const row of rows) {
    console.log(
      row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join('  '),
    )
  }
}
