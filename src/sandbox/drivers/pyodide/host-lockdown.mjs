// Takes from the JavaScript side what Python must never find, should it ever get there: a second wall behind the
// import gate, so that a hole in the gate meets an empty realm.

const KEEP = new Set([
  ...['Object', 'Function', 'Array', 'Number', 'parseFloat', 'parseInt', 'Infinity', 'NaN', 'undefined', 'Boolean'],
  ...['String', 'Symbol', 'Date', 'Promise', 'RegExp', 'Error', 'AggregateError', 'EvalError', 'RangeError'],
  ...['ReferenceError', 'SyntaxError', 'TypeError', 'URIError', 'JSON', 'Math', 'Intl', 'ArrayBuffer', 'Atomics'],
  ...['Uint8Array', 'Int8Array', 'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array', 'BigInt64Array', 'isNaN'],
  ...['Float32Array', 'Float64Array', 'Uint8ClampedArray', 'BigUint64Array', 'DataView', 'Map', 'BigInt', 'Set'],
  ...['WeakMap', 'WeakSet', 'WeakRef', 'Proxy', 'Reflect', 'FinalizationRegistry', 'isFinite', 'SharedArrayBuffer'],
  ...['globalThis', 'Buffer', 'performance', 'TextDecoder', 'TextEncoder', 'Iterator'],
])

const strip = (object, keep) => {
  for (const name of Reflect.ownKeys(object)) {
    if (typeof name === 'string' && keep.has(name)) continue
    if (!Reflect.deleteProperty(object, name)) {
      try {
        object[name] = undefined
      } catch {
        // A frozen leftover such as a constant cannot be used for anything.
      }
    }
  }
}

export const hideHost = () => {
  const { process } = globalThis
  strip(process, new Set(['versions', 'platform']))
  Reflect.setPrototypeOf(process, null)
  strip(globalThis, KEEP)
  // A file called `__proto__` is then an ordinary key in the tables of the memory file system.
  Reflect.deleteProperty(Object.prototype, '__proto__')
  Error.prepareStackTrace = undefined
}
