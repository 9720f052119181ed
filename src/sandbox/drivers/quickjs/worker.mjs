// One worker thread that runs JavaScript in QuickJS. Every run gets a WebAssembly instance of its own, with its own memory
// of a fixed maximum, prepared while the worker idles (about 2 ms) and thrown away afterwards: nothing can stay.
// Messages: { type: 'ready' } when the next instance stands; one answer for each job. The parent checks both.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import baseVariant from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core'
import { preludeSource } from './prelude.mjs'

const { memoryBytes, outputBytes, timeMs } = workerData
const PAGE_BYTES = 65_536
/** What the module was linked for. */
const INITIAL_PAGES = 256
/** Beyond this QuickJS would meet the end of its WebAssembly stack before its own check. */
const STACK_BYTES = 256 * 1024

const wasmPath = createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm')
const wasmModule = await WebAssembly.compile(readFileSync(wasmPath))

const prepare = async () => {
  const maximum = Math.max(INITIAL_PAGES, Math.floor(memoryBytes / PAGE_BYTES))
  const wasmMemory = new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum })
  const module = await newQuickJSWASMModuleFromVariant(newVariant(baseVariant, { wasmModule, wasmMemory }))
  const runtime = module.newRuntime()
  runtime.setMaxStackSize(STACK_BYTES)
  const context = runtime.newContext()
  const prelude = context.unwrapResult(context.evalCode(preludeSource, 'prelude.js'))
  const get = (name) => context.getProp(prelude, name)
  context.unwrapResult(context.callFunction(get('install'), context.undefined, context.newNumber(outputBytes)))
  return {
    runtime,
    context,
    isTight: () => wasmMemory.buffer.byteLength * 2 >= maximum * PAGE_BYTES,
    call: get('call'),
    describe: get('describe'),
    printed: get('printed'),
  }
}

/** Marks a failure that is the code's own, as a handle inside the instance. */
class Thrown extends Error {
  constructor(handle) {
    super('thrown')
    this.handle = handle
  }
}

const unwrap = (result) => {
  if (result.error) throw new Thrown(result.error)
  return result.value
}

const describe = ({ context, describe: describer }, handle) => {
  const result = context.callFunction(describer, context.undefined, handle)
  if (result.error) return { errorType: 'Error', message: 'The error cannot be shown.', stack: '' }
  const [errorType, message, stack] = JSON.parse(context.getString(result.value))
  return { errorType, message, stack }
}

const evaluate = ({ context, call }, { code, inputsJson }) => {
  unwrap(context.evalCode(code, 'code.js', { type: 'global' }))
  const main = unwrap(context.evalCode('main', 'code.js', { type: 'global' }))
  const values = [main, context.newString(inputsJson), context.newNumber(outputBytes)]
  return context.getString(unwrap(context.callFunction(call, context.undefined, ...values)))
}

const run = (instance, job) => {
  const { runtime, context, printed } = instance
  const start = performance.now()
  let interrupted = false
  runtime.setInterruptHandler(() => {
    interrupted ||= performance.now() - start > timeMs
    return interrupted
  })
  const stdout = () => context.getString(unwrap(context.callFunction(printed, context.undefined)))
  try {
    const resultJson = evaluate(instance, job)
    if (resultJson === '') return { status: 'too-large' }
    return { status: 'ok', resultJson, stdout: stdout(), elapsedMs: performance.now() - start }
  } catch (error) {
    if (interrupted) return { status: 'deadline' }
    // Outside of `Thrown` the engine itself gave up: its memory is full or its stack has ended.
    if (!(error instanceof Thrown)) return { status: error instanceof RangeError ? 'stack' : 'memory' }
    // With no memory left for an error, QuickJS throws null.
    if (instance.isTight() && context.typeof(error.handle) === 'object' && context.eq(error.handle, context.null)) {
      return { status: 'memory' }
    }
    const { errorType, message, stack } = describe(instance, error.handle)
    if (interrupted) return { status: 'deadline' }
    if (errorType === 'InternalError' && message.includes('out of memory')) return { status: 'memory' }
    const line = /code\.js:(\d+)/.exec(stack)?.[1]
    return {
      ...{ status: 'error', errorType: errorType.slice(0, 200), message: message.slice(0, 8_000) },
      line: line === undefined ? null : Number(line),
    }
  }
}

let next = prepare()
await next
parentPort.on('message', async (job) => {
  const instance = await next
  let answer
  try {
    answer = run(instance, job)
  } catch {
    answer = { status: 'memory' }
  }
  parentPort.postMessage({ type: 'done', ...answer })
  next = prepare()
  await next
  parentPort.postMessage({ type: 'ready' })
})
parentPort.postMessage({ type: 'ready' })
