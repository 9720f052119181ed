// The boundary of the Python sandbox: a WebAssembly instance can act on the world only through its imports. The gate
// wraps every import before instantiation; after `seal()` three kinds remain:
//   G1 open: memory files, clocks, random bytes. They reach nothing outside this process.
//   G2 refused: answer with ENOSYS, as an operating system without that feature would.
//   G3 everything else (all of Pyodide's bridge to JavaScript, dynamic loading, foreign calls) ends the process.
// So even code that has taken over the whole of linear memory gets no further than G1.

const ENOSYS = 52
const EAI_FAIL = -4

const OPEN = new Set([
  '_PyEM_TrampolineCall_JS',
  '__call_sighandler',
  'JsvError_Check',
  'Jsv_GetError_import',
  ...['fd_write', 'fd_read', 'fd_pread', 'fd_pwrite', 'fd_seek', 'fd_close', 'fd_sync', 'fd_fdstat_get'],
  ...['clock_time_get', 'clock_res_get', 'emscripten_date_now', 'emscripten_get_now', 'random_get'],
  ...['_localtime_js', '_gmtime_js', '_mktime_js', '_timegm_js', '_tzset_js', 'environ_get', 'environ_sizes_get'],
  ...['emscripten_get_heap_max', 'emscripten_runtime_keepalive_push', 'emscripten_runtime_keepalive_pop'],
  ...[
    'openat,fstat64,stat64,lstat64,newfstatat,getdents64,getcwd,chdir,fchdir,chmod,fchmod,fchmodat2,faccessat',
    'unlinkat,rmdir,mkdirat,renameat,symlinkat,readlinkat,ftruncate64,truncate64,utimensat,dup,dup3,fcntl64',
    'fdatasync,fadvise64,statfs64,fstatfs64,ioctl,getuid32_js,poll',
  ].flatMap((names) => names.split(',').map((name) => `__syscall_${name}`)),
])

/** Imports that answer a constant once sealed, because refusing would break harmless code. */
const CONSTANT = new Map([
  ['can_run_sync_js', 0],
  ['_maybe_poll_async', null],
  ['_try_fcntl64', 0],
  ['__syscall_umask_js', 0o22],
  ['_setitimer_js', 0],
  ['_emscripten_system', -ENOSYS],
  ['getaddrinfo', EAI_FAIL],
  ['getnameinfo', EAI_FAIL],
  ['getprotobyname', 0],
  ['_emscripten_lookup_name', 0],
  ['_emscripten_runtime_keepalive_clear', undefined],
  ['_mmap_js', -ENOSYS],
  ['_munmap_js', -ENOSYS],
  ['_msync_js', -ENOSYS],
])

/** @param replacements imports we answer ourselves, sealed or not
 *  @param onBreach called with the import's name when sealed code calls what G3 forbids; must not return */
export const createImportGate = ({ replacements, onBreach }) => {
  let sealed = false
  const gated = (name, original) => {
    const wrapper = (...args) => {
      if (!sealed) return original(...args)
      if (CONSTANT.has(name)) return CONSTANT.get(name)
      if (name.startsWith('__syscall_')) return -ENOSYS
      return onBreach(name)
    }
    // The dynamic linker reads the signature from the function.
    if (original.sig !== undefined) wrapper.sig = original.sig
    return wrapper
  }
  return {
    /** Changes the import object in place: the linker keeps a reference to the same object. */
    install(imports) {
      for (const space of new Set([imports.env, imports.wasi_snapshot_preview1])) {
        for (const name of Object.keys(space)) {
          const original = space[name]
          if (typeof original !== 'function' || OPEN.has(name)) continue
          const replacement = replacements[name]?.(original)
          if (replacement === undefined) space[name] = gated(name, original)
          else space[name] = Object.assign(replacement, original.sig === undefined ? {} : { sig: original.sig })
        }
      }
    },
    seal() {
      sealed = true
    },
  }
}
