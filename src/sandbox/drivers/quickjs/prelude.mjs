// JavaScript text, evaluated inside QuickJS before user code: it keeps the primitives it needs, gives a console, and
// returns the three functions the worker calls. No function of the host is visible inside, so there is nothing to reach.

export const preludeSource = String.raw`(() => {
  'use strict'
  const { parse, stringify } = JSON
  const { apply } = Reflect
  const { slice } = String.prototype
  const text = String
  const NativePromise = Promise
  let printed = ''
  const show = (value) => {
    if (typeof value === 'string') return value
    if (typeof value !== 'object' || value === null) return text(value)
    try {
      return value instanceof Error ? text(value) : text(stringify(value))
    } catch {
      return '[object]'
    }
  }
  const createConsole = (limit) => {
    const log = (...values) => {
      for (let at = 0; at < values.length && printed.length < limit; at++) {
        printed = apply(slice, printed + (at === 0 ? '' : ' ') + show(values[at]), [0, limit])
      }
      if (printed.length < limit) printed += '\n'
    }
    return { log, info: log, warn: log, error: log, debug: log, trace: log }
  }
  const call = (main, inputs, limit) => {
    const value = main(parse(inputs))
    if (value instanceof NativePromise) throw new TypeError('main returned a promise; its result has to be there at once')
    const json = stringify(value)
    if (json === undefined) return 'null'
    return json.length > limit ? '' : json
  }
  const describe = (error) => {
    const isError = error instanceof Error
    return stringify([isError ? text(error.name) : typeof error, show(error), isError ? text(error.stack) : ''])
  }
  return {
    install(limit) {
      globalThis.console = createConsole(limit)
    },
    call,
    describe,
    printed: () => printed,
  }
})()`
