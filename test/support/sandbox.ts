// The real sandboxes for tests, without a network.

import type { Clock, Log } from '../../src/base/seams.ts'
import { createPythonDriver } from '../../src/sandbox/drivers/pyodide/pool.ts'
import { createJavascriptDriver } from '../../src/sandbox/drivers/quickjs/pool.ts'
import { createCodeRunner } from '../../src/sandbox/runner.ts'
import type { CodeRunner } from '../../src/sandbox/spec.ts'

export const createSandbox = (seams: { readonly clock: Clock; readonly log: Log }): CodeRunner =>
  createCodeRunner({
    python: createPythonDriver({ ...seams, fetch: () => Promise.reject(new Error('no network in tests')) }),
    javascript: createJavascriptDriver(seams),
  })
