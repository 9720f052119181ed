// The log of a process: JSON lines on stderr, so that stdout stays for results.

import { destination, pino } from 'pino'
import type { Log } from '../base/seams.ts'

export const createLog = (level: string): Log => {
  const logger = pino({ level, base: { pid: process.pid } }, destination({ fd: 2, sync: true }))
  return {
    debug: (event, fields) => logger.debug({ event, ...fields }),
    info: (event, fields) => logger.info({ event, ...fields }),
    warn: (event, fields) => logger.warn({ event, ...fields }),
    error: (event, fields) => logger.error({ event, ...fields }),
  }
}
