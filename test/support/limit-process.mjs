// A further process with the limits in Redis, for src/model/limit/drivers/redis.test.ts. What it does stands in limit-worker.ts.
//   limit-process.mjs <what> <JSON of options>

import { fileURLToPath } from 'node:url'
import { runnerImport } from 'vite'

// Node 20 cannot load TypeScript; the test runner's bundler can.
const file = fileURLToPath(new URL('./limit-worker.ts', import.meta.url))
const { workers } = (await runnerImport(file, { configFile: false, logLevel: 'error' })).module
const [what, options] = process.argv.slice(2)
await workers[what](JSON.parse(options))
