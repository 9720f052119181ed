// One Python interpreter in a process of its own: no environment, no network, no writable files, no child processes.
// After boot this process never returns to its event loop: it reads a run, executes it, answers, restores, reads again.
//
// Isolation between runs is by restoring, not by cleaning: when boot is over the whole linear memory of the interpreter
// (all Python objects, modules, builtins, allocator state) is copied once; after each run the copy is written back (about 2 ms)
// and the files are reset. Every run therefore starts from the same bytes, whatever the last one did. Only a normal
// return is followed by a restore; after a trap, an exit or a lost interpreter the process says so and ends.
//
//   I1 Nothing but bytes leaves here; the parent evaluates none of them.
//   I2 User code starts only after the import gate is sealed.
//   I3 A run past its deadline is interrupted, and past the grace the process ends itself even if the parent is gone.

import { constants } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { createFileSystem } from './file-system.mjs'
import { createFrames, pause } from './frames.mjs'
import { harnessSource, preloadSource } from './harness.mjs'
import { hideHost } from './host-lockdown.mjs'
import { httpSource } from './http-shim.mjs'
import { createImportGate } from './import-gate.mjs'
import { requestsSource } from './requests-shim.mjs'
import { zoneFile } from './time-zones.mjs'

const [packageFolder, memoryText, fileText] = process.argv.slice(2)
const HOME = '/home/user'
const GRACE_MS = 500
const exit = process.reallyExit.bind(process)
const frames = createFrames({ fd: 3, onEnd: () => exit(0) })

let deadline = Number.POSITIVE_INFINITY
let interrupted = false
const checkDeadline = () => {
  const late = performance.now() - deadline
  if (late < 0) return false
  // The code swallows its interrupts; memory can no longer be trusted to come back in time.
  if (late > GRACE_MS) leave('deadline')
  return true
}
const leave = (reason) => {
  frames.write('X', Buffer.from(reason))
  exit(1)
}

class Ended extends Error {}
const ended = (reason) => () => {
  throw new Ended(reason)
}

let heapLimit = Number.POSITIVE_INFINITY
let refusedMemory = false
const gate = createImportGate({
  onBreach: (name) => leave(`breach:${name}`),
  replacements: {
    emscripten_resize_heap: (original) => (size) => {
      refusedMemory ||= size >>> 0 > heapLimit
      return refusedMemory ? 0 : original(size)
    },
    emscripten_get_now: (original) => () => {
      // Waiting inside C code is a loop around this clock.
      if (deadline !== Number.POSITIVE_INFINITY) checkDeadline()
      return original()
    },
    _Py_CheckEmscriptenSignals_Helper: () => () => {
      if (!checkDeadline()) return 0
      interrupted = true
      return 2 // SIGINT
    },
    exit: () => ended('exit'),
    proc_exit: () => ended('exit'),
    _abort_js: () => ended('abort'),
    __assert_fail: () => ended('abort'),
  },
})

/** u32 little-endian length in front, so that the reader knows when to stop. The parent sends its replies so. */
const sized = (bytes) => {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(bytes.length)
  return Buffer.concat([size, bytes])
}

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024
const NO_SPACE = 51 // ENOSPC

/** A device that answers each written message with one sized reply. */
const addDevice = (FS, path, minor, reply) => {
  let request = []
  let size = 0
  let answer = null
  const device = FS.makedev(200, minor)
  FS.registerDevice(device, {
    write: (_stream, buffer, offset, length) => {
      size += length
      if (size > MAX_MESSAGE_BYTES) throw new FS.ErrnoError(NO_SPACE)
      // The view is over the interpreter's memory, which moves on.
      request.push(Buffer.from(buffer.subarray(offset, offset + length)))
      return length
    },
    read: (_stream, buffer, offset, length) => {
      if (answer === null) {
        answer = reply(Buffer.concat(request))
        request = []
        size = 0
      }
      const count = Math.min(length, answer.length)
      buffer.set(answer.subarray(0, count), offset)
      answer = count === answer.length ? null : answer.subarray(count)
      return count
    },
    llseek: () => 0,
  })
  FS.mkdev(path, 0o666, device)
  return () => {
    request = []
    size = 0
    answer = null
  }
}

/** @param snapshot memory of an interpreter that has finished its imports, or undefined to do them here */
const boot = async (snapshot) => {
  // Pyodide asks for flags of the file system through an entry the permission model closes.
  process.binding = () => ({ fs: constants })
  const load = (name) => import(pathToFileURL(`${packageFolder}${name}`).href)
  const { loadPyodide } = await load('pyodide.mjs')
  const { default: createModule } = await load('pyodide.asm.mjs')
  const python = await loadPyodide({
    indexURL: packageFolder,
    jsglobals: Object.create(null),
    lockFileContents: JSON.stringify({
      info: { abi_version: '2026_0', arch: 'wasm32', platform: 'emscripten_5_0_3', python: '3.14.2' },
      packages: {},
    }),
    packageBaseUrl: 'file:///',
    ...(snapshot === undefined ? { _makeSnapshot: true } : { _loadSnapshot: snapshot }),
    env: { HOME, PYTHONHASHSEED: 'random', LANG: 'C.UTF-8' },
    createPyodideModule: (settings) => {
      const instantiate = settings.instantiateWasm
      settings.instantiateWasm = (imports, done) => {
        gate.install(imports)
        return instantiate(imports, done)
      }
      return createModule(settings)
    },
  })
  const sink = { write: (bytes) => bytes.length, isatty: false }
  python.setStdin({ stdin: () => null })
  python.setStdout(sink)
  python.setStderr(sink)
  return python
}

// Importing takes ten times longer than loading a memory that has imported. The first process of a pool therefore hands
// its memory to the parent before it has seen any user code, and the later ones receive it.
const { payload: packed } = frames.read()
const python = await boot(packed.length === 0 ? undefined : inflateRawSync(packed))
const { FS, _module: module } = python

const runText = (source) => {
  const at = module.stringToNewUTF8(source)
  if (module._PyRun_SimpleString(at) !== 0) leave('boot')
  module._free(at)
}

if (packed.length === 0) {
  runText(preloadSource)
  frames.write('S', deflateRawSync(python.makeMemorySnapshot(), { level: 1 }))
}

const resetDevices = [
  addDevice(FS, '/dev/outbound', 0, (request) => {
    frames.write('R', request)
    return frames.read().payload
  }),
  addDevice(FS, '/dev/pause', 1, (seconds) => {
    pause(Math.max(0, Math.min(Number(seconds.toString()) * 1000, deadline - performance.now() + 1)))
    return sized(Buffer.from('.'))
  }),
  addDevice(FS, '/dev/timezone', 2, (name) => sized(zoneFile(name.toString()) ?? Buffer.from('-'))),
]

const toPython = (bytes) => {
  const at = module._malloc(bytes.length + 1)
  if (at === 0) return 0
  module.HEAPU8.set(bytes, at)
  const object = module._PyBytes_FromStringAndSize(at, bytes.length)
  module._free(at)
  return object
}

// The harness leaves its entry function where the C interface finds it; from here on no Python value becomes a
// JavaScript one, so that the bridge between the two can be closed.
runText(
  `import sys\nsys.heddle_sources = ${JSON.stringify([harnessSource, httpSource, requestsSource]).replaceAll('\u2028', '\\u2028')}\n` +
    `exec(compile(sys.heddle_sources[0], '<harness>', 'exec'), {'__name__': 'heddle_harness'})\n`,
)
const nameAt = module.stringToNewUTF8('heddle_run')
const entry = module._PySys_GetObject(nameAt)
if (entry === 0) leave('boot')
module._Py_IncRef(entry)
runText('import sys, gc\ndel sys.heddle_run\ngc.collect()\ngc.freeze()')

module.HEAP8[module._Py_EMSCRIPTEN_SIGNAL_HANDLING] = 1
const files = createFileSystem({ FS, home: HOME, budgetBytes: Number(fileText) })
heapLimit = module.HEAPU8.length + Number(memoryText)
// Boot leaves some 100 MB behind (the snapshot, the compiler's work) that nobody needs again.
delete python._api.config._loadSnapshot
globalThis.gc?.()
hideHost()
gate.seal()
const stackTop = module.stackSave()
const baseline = module.HEAPU8.slice()

const restore = () => {
  deadline = Number.POSITIVE_INFINITY
  interrupted = false
  refusedMemory = false
  module.stackRestore(stackTop)
  module.HEAPU8.set(baseline)
  module.HEAPU8.fill(0, baseline.length)
  files.reset()
  for (const reset of resetDevices) reset()
}

/** @returns the harness' own answer; throws when it could not give one */
const execute = (request) => {
  const argument = toPython(request)
  const result = argument === 0 ? 0 : module._PyObject_CallOneArg(entry, argument)
  if (result === 0) throw new Ended('lost')
  const at = module._PyBytes_AsString(result)
  return Buffer.from(module.HEAPU8.slice(at, at + module._PyBytes_Size(result)))
}

/** Why there is no answer. Python does not always survive a refused growth of its memory in good order. */
const failureOf = (error) => {
  if (interrupted) return 'deadline'
  if (refusedMemory) return 'memory'
  if (error instanceof Ended) return error.message
  return error instanceof RangeError ? 'stack' : 'trap'
}

for (;;) {
  frames.write('B')
  const { payload } = frames.read()
  const split = payload.indexOf(10)
  const start = performance.now()
  deadline = start + Number(payload.subarray(0, split).toString())
  let reply = Buffer.alloc(0)
  let failure = ''
  let last = false
  try {
    reply = execute(payload.subarray(split + 1))
    if (interrupted) failure = 'deadline'
  } catch (error) {
    failure = failureOf(error)
    last = !(error instanceof Ended && error.message === 'lost')
  }
  const elapsedMs = performance.now() - start
  frames.write('D', Buffer.from(`${JSON.stringify({ failure, elapsedMs, last })}\n`), reply)
  if (last) exit(0)
  restore()
}
