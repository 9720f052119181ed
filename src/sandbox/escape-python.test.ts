// Python code that tries to get out, to stay, to hurt or to lie. Every probe says what must come back instead.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { silentLog, systemClock } from '../base/seams.ts'
import { createPythonDriver } from './drivers/pyodide/pool.ts'
import { createJavascriptDriver } from './drivers/quickjs/pool.ts'
import { SandboxError } from './errors.ts'
import { createCodeRunner } from './runner.ts'

const SECRET = `canary-${process.pid}-d41d8cd98f`
const folder = mkdtempSync(join(tmpdir(), 'heddle-escape-'))
const secretFile = join(folder, 'secret.txt')
const mark = join(folder, 'mark')
const fetched: string[] = []

const seams = { clock: systemClock, log: silentLog }
const runner = createCodeRunner({
  python: createPythonDriver({
    ...seams,
    fetch: async (url) => {
      fetched.push(String(url))
      throw new TypeError('fetch failed', { cause: new Error('address is not allowed') })
    },
    limits: { timeMs: 2_000, memoryBytes: 64 * 1024 * 1024, requests: 3 },
  }),
  javascript: createJavascriptDriver(seams),
})

beforeAll(async () => {
  writeFileSync(secretFile, SECRET)
  process.env.HEDDLE_ESCAPE_CANARY = SECRET
  await runner.warm('python3')
})
afterAll(async () => {
  delete process.env.HEDDLE_ESCAPE_CANARY
  await runner.close()
  rmSync(folder, { recursive: true })
})

/** What came back, as one text: `= <json>` or `<code>: <message>`. */
const attempt = async (code: string): Promise<string> => {
  try {
    const inputs = { secret: secretFile, mark }
    const source = code.includes('def main') ? code : `def main(secret, mark):\n${code.replace(/^/gm, '    ')}`
    const { resultJson } = await runner.run({ language: 'python3', code: source, inputsJson: JSON.stringify(inputs) })
    return `= ${resultJson}`
  } catch (error) {
    if (!(error instanceof SandboxError)) throw error
    return `${error.code}: ${error.message}`
  }
}

type Probe = readonly [name: string, code: string, expected: string | RegExp]

const check = (title: string, probes: readonly Probe[], options: { concurrent?: boolean } = {}) =>
  describe(title, options, () => {
    it.each(probes)('%s', async (_name, code, expected) => {
      const outcome = await attempt(code)
      if (typeof expected === 'string') expect(outcome).toBe(expected)
      else expect(outcome).toMatch(expected)
      expect(outcome).not.toContain(SECRET)
      expect(existsSync(mark)).toBe(false)
      expect(fetched).toEqual([])
    })
  })

const missing = /^sandbox\/script-error: FileNotFoundError/
const readOnly = /^sandbox\/script-error: OSError: \[Errno 69\] Read-only file system/
const full = 'sandbox/script-error: OSError: [Errno 51] No space left on device'
const late = 'sandbox/time-limit: The code ran longer than 2000 ms.'
const ended = 'sandbox/crashed: The sandbox process ended unexpectedly.'
const tooMuch = /^sandbox\/memory-limit: /
const absent = (name: string) => `sandbox/package-missing: The Python package ${name} is not available here.`

check('files of the host', [
  ['reads /etc/passwd', "return open('/etc/passwd').read()", missing],
  ['reads a known file', 'return open(secret).read()', missing],
  ['climbs out of its folder', "return open('../' * 20 + secret).read()", missing],
  ['follows a link of its own', "import os\nos.symlink(secret, '/tmp/l')\nreturn open('/tmp/l').read()", missing],
  ['links a whole folder', "import os\nos.symlink('/', '/tmp/r')\nreturn open('/tmp/r' + secret).read()", missing],
  ['reads its environment from /proc', "return open('/proc/self/environ').read()", missing],
  ['reads its command line from /proc', "return open('/proc/self/cmdline').read()", missing],
  ['reads memory from /proc', "return open('/proc/self/mem', 'rb').read(1)", missing],
  [
    'reopens a descriptor through /proc',
    "return open('/proc/self/fd/3').read(1)",
    /^sandbox\/script-error: (OSError|FileNotFoundError)/,
  ],
  ['lists the root', "import os\nreturn sorted(os.listdir('/'))", '= ["dev", "home", "lib", "proc", "tmp"]'],
  ['reads through pathlib', 'import pathlib\nreturn pathlib.Path(secret).read_text()', missing],
  [
    'reads through a file URL',
    "import urllib.request\nreturn urllib.request.urlopen('file://' + secret).read()",
    /URLError|FileNotFoundError/,
  ],
  [
    'reads through a zone name',
    "import zoneinfo\nzoneinfo.ZoneInfo('../../..' + secret)",
    /^sandbox\/script-error: ValueError/,
  ],
  [
    'asks the zone device for a path',
    "import os\nd = os.open('/dev/timezone', os.O_RDWR)\nos.write(d, secret.encode())\nos.read(d, 4)\nreturn os.read(d, 99).decode()",
    '= "-"',
  ],
  [
    'reads the control descriptor',
    'import os\nreturn os.read(3, 10).decode()',
    /^sandbox\/script-error: OSError: \[Errno 8\] Bad file descriptor/,
  ],
  [
    'writes the control descriptor',
    "import os\nreturn os.write(3, b'xxxxxxxx')",
    /^sandbox\/script-error: OSError: \[Errno 8\] Bad file descriptor/,
  ],
  [
    'maps a file',
    "import mmap\nf = open('/tmp/m', 'w+b')\nf.write(b'x' * 99)\nf.flush()\nreturn len(mmap.mmap(f.fileno(), 99))",
    /^sandbox\/script-error: (OSError|PermissionError)/,
  ],
  [
    'makes a device',
    "import os, stat\nos.mknod('/tmp/d', stat.S_IFBLK | 0o666, os.makedev(8, 0))",
    /^sandbox\/script-error: /,
  ],
  ['writes a mark', "open(mark, 'w')", missing],
])

check('files everyone shares inside', [
  ['overwrites the library', "f = open('/lib/python314.zip', 'r+b')\nf.write(b'x')\nf.flush()", readOnly],
  ['truncates the library', "import os\nos.truncate('/lib/python314.zip', 0)", readOnly],
  ['unlocks the library', "import os\nos.chmod('/lib/python314.zip', 0o777)", readOnly],
  ['plants a module', "open('/lib/python3.14/site-packages/json.py', 'w').write('x')", readOnly],
  ['renames the library', "import os\nos.rename('/lib', '/tmp/lib')", /^sandbox\/script-error: OSError/],
  ['removes a device', "import os\nos.unlink('/dev/outbound')", readOnly],
  ['links into the root', "import os\nos.symlink('/tmp', '/x')", readOnly],
])

check('environment and identity', [
  [
    'reads the environment',
    'import os\nreturn dict(os.environ)',
    '= {"PATH": "/", "PWD": "/", "HOME": "/home/user", "LANG": "C.UTF-8"}',
  ],
  ['reads one variable', "import os\nreturn os.getenv('HEDDLE_ESCAPE_CANARY')", '= null'],
  ['reads it from posix', "import posix\nreturn [k.decode() for k in posix.environ if b'CANARY' in k]", '= []'],
  ['learns the program', 'import sys\nreturn [sys.executable, sys.argv]', '= ["", [""]]'],
  ['learns the host', 'import os\nreturn os.uname().nodename', '= "emscripten"'],
  [
    'learns the user',
    'import getpass\nreturn getpass.getuser()',
    /^sandbox\/script-error: |^= "(root|user|web_user)"$/,
  ],
])

check('processes and threads', [
  ['os.system', "import os\nreturn os.system('touch ' + mark)", '= -1'],
  ['os.popen', "import os\nreturn os.popen('touch ' + mark).read()", /^sandbox\/script-error: OSError/],
  ['subprocess.run', "import subprocess\nsubprocess.run(['touch', mark])", /^sandbox\/script-error: OSError/],
  [
    'a shell',
    "import subprocess\nsubprocess.check_output('touch ' + mark, shell=True)",
    /^sandbox\/script-error: OSError/,
  ],
  [
    'fork_exec',
    'import _posixsubprocess\nreturn str(_posixsubprocess.fork_exec)',
    /^sandbox\/package-missing|^= "<built-in/,
  ],
  ['fork', 'import os\nos.fork()', /^sandbox\/script-error: OSError/],
  ['fork bomb', 'import os\nwhile True:\n    os.fork()', /^sandbox\/script-error: OSError/],
  ['execv', "import os\nos.execv('/bin/sh', ['sh'])", /^sandbox\/script-error: /],
  ['posix_spawn', "import os\nos.posix_spawn('/bin/sh', ['sh'], {})", /^sandbox\/script-error: /],
  [
    'multiprocessing',
    'import multiprocessing\nmultiprocessing.Process(target=print).start()',
    /^sandbox\/(script-error|package-missing): /,
  ],
  [
    'a thread',
    'import threading\nthreading.Thread(target=print).start()',
    "sandbox/script-error: RuntimeError: can't start new thread",
  ],
  [
    'a thread pool',
    'from concurrent.futures import ThreadPoolExecutor\nThreadPoolExecutor(2).submit(print)',
    /^sandbox\/script-error: RuntimeError/,
  ],
  ['kills process 1', 'import os\nos.kill(1, 9)', /^sandbox\/script-error: PermissionError/],
  ['kills its parent', 'import os\nos.kill(os.getppid(), 9)', /^sandbox\/script-error: PermissionError/],
  ['opens a browser', "import webbrowser\nreturn webbrowser.open('http://127.0.0.1')", absent('js')],
  [
    'unpickles a command',
    "import pickle, os\nclass X:\n    def __reduce__(self):\n        return os.system, ('touch ' + mark,)\nreturn pickle.loads(pickle.dumps(X()))",
    /^= -1$|^sandbox\/script-error/,
  ],
  ['evaluates a command', "return eval(\"__import__('os').system('id')\")", '= -1'],
])

check('the network around the guard', [
  ['a socket', 'import socket\nsocket.socket()', /^sandbox\/script-error: OSError/],
  [
    'a connection',
    "import socket\nsocket.create_connection(('127.0.0.1', 80))",
    /^sandbox\/script-error: (OSError|gaierror|socket)/,
  ],
  ['a name lookup', "import socket\nreturn socket.gethostbyname('localhost')", /^sandbox\/script-error: |^= "127/],
  ['a pair of sockets', 'import socket\nsocket.socketpair()', /^sandbox\/script-error: /],
  ['a pipe', 'import os\nos.pipe()', /^sandbox\/script-error: OSError/],
  ['ftp', "import ftplib\nftplib.FTP('127.0.0.1')", /^sandbox\/script-error: /],
  ['a file scheme by requests', "import requests\nrequests.get('file://' + secret)", /InvalidSchema/],
  [
    'a file scheme through the device',
    "import os, json\nd = os.open('/dev/outbound', os.O_RDWR)\nos.write(d, json.dumps({'method': 'GET', 'url': 'file://' + secret, 'headers': [], 'follow': True, 'timeoutMs': None}).encode() + b'\\n')\nos.read(d, 4)\nreturn json.loads(os.read(d, 999))['error']",
    '= "invalid"',
  ],
  [
    'nonsense through the device',
    "import os, json\nd = os.open('/dev/outbound', os.O_RDWR)\nos.write(d, b'\\x00' * 1000)\nos.read(d, 4)\nreturn json.loads(os.read(d, 999))['error']",
    '= "invalid"',
  ],
])

check('the bridge to JavaScript', [
  ['imports js', 'import js\nreturn str(js.globalThis)', absent('js')],
  ['uses js from the top', 'import js\ndef main(secret, mark):\n    return str(js.process.env)', absent('js')],
  ['imports pyodide_js', "import importlib\nreturn str(importlib.import_module('pyodide_js'))", absent('pyodide_js')],
  ['runs JavaScript', "from pyodide.code import run_js\nreturn run_js('process.env')", absent('pyodide')],
  [
    'imports the foreign interface',
    'from pyodide.ffi import create_proxy\nreturn str(create_proxy)',
    absent('pyodide'),
  ],
  ['imports the core', 'import _pyodide_core', absent('_pyodide_core')],
  ['imports the finder', 'from _pyodide._importhook import jsfinder\nreturn str(jsfinder)', absent('_pyodide')],
  ['looks in sys.modules', "import sys\nreturn [m for m in sys.modules if 'pyodide' in m or m == 'js']", '= []'],
  ['looks for finders', "import sys\nreturn [str(f) for f in sys.meta_path if 'Js' in str(f)]", '= []'],
  [
    'walks all objects',
    "import gc\nreturn [repr(o) for o in gc.get_objects() if type(o).__name__ == 'JsProxy']",
    '= []',
  ],
  [
    'walks the referents',
    "import gc\nseen, todo, found = set(), gc.get_objects(), []\nwhile todo:\n    o = todo.pop()\n    if id(o) in seen: continue\n    seen.add(id(o))\n    if 'JsProxy' in type(type(o)).__name__: found.append(str(type(o)))\n    todo.extend(gc.get_referents(o))\n    if len(seen) > 400000: break\nreturn found",
    '= []',
  ],
  [
    'takes the finder away and imports',
    'import sys, importlib\nsys.meta_path.pop(0)\nimportlib.invalidate_caches()\nimport js',
    absent('js'),
  ],
  ['imports ctypes', 'import ctypes\nreturn ctypes.string_at(0, 8)', absent('ctypes')],
  [
    'makes the core anew and calls it',
    "import _imp, importlib.machinery as m\ncore = _imp.create_builtin(m.ModuleSpec('_pyodide_core', None))\ncore.create_proxy(print)",
    ended,
  ],
  [
    'makes ctypes anew and calls it',
    'import _imp, sys, importlib.machinery as m\nsys.meta_path.pop(0)\nimport ctypes\nctypes.CFUNCTYPE(None)(print)()',
    /^sandbox\/(crashed|script-error|package-missing): /,
  ],
  [
    'loads a library of its own',
    "import _imp, importlib.machinery as m\nopen('/tmp/x.so', 'wb').write(b'\\0asm\\1\\0\\0\\0')\n_imp.create_dynamic(m.ModuleSpec('x', None, origin='/tmp/x.so'))",
    ended,
  ],
  [
    'forges bytecode',
    'def f(): return 1\ncode = f.__code__.replace(co_code=bytes([83, 255] * 50), co_consts=())\nf.__code__ = code\nreturn str(f())[:20]',
    /^sandbox\/|^= /,
  ],
])

check(
  'staying alive too long',
  [
    ['an endless loop', 'while True: pass', late],
    [
      'an endless loop that refuses to stop',
      'while True:\n    try:\n        while True: pass\n    except BaseException: pass',
      late,
    ],
    ['ignores the interrupt', 'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass', late],
    ['sleeps', 'import time\ntime.sleep(100)', late],
    [
      'waits for a lock',
      'import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()',
      /^sandbox\/(time-limit|script-error|crashed): /,
    ],
    ['one huge number', 'return len(str(9 ** (9 ** 8)))', late],
    ['a regular expression', "import re\nreturn bool(re.match(r'(a+)+$', 'a' * 40 + 'b'))", late],
    [
      'an event loop without end',
      'import asyncio\nasync def f():\n    while True: await asyncio.sleep(0)\nasyncio.run(f())',
      late,
    ],
  ],
  { concurrent: true },
)

check('taking too much', [
  ['one gigabyte', 'return len(bytearray(1 << 30))', tooMuch],
  ['a growing list', 'l = []\nwhile True: l.append(bytearray(1 << 20))', tooMuch],
  ['a string that doubles', "s = 'x'\nwhile True: s += s", tooMuch],
  ['a file without end', "f = open('/tmp/f', 'wb')\nwhile True: f.write(b'x' * (1 << 20))", full],
  ['a sparse file', "f = open('/tmp/f', 'wb')\nf.seek(1 << 30)\nf.write(b'x')\nf.flush()", full],
  [
    'a truncated file',
    "import os\nopen('/tmp/f', 'w').close()\nos.truncate('/tmp/f', 1 << 30)",
    /^sandbox\/script-error: OSError: \[Errno 51\]/,
  ],
  [
    'files without number',
    "for i in range(100000): open(f'/tmp/{i}', 'w').close()",
    /^sandbox\/script-error: OSError: \[Errno 51\]/,
  ],
  [
    "a device's queue",
    "import os\nd = os.open('/dev/outbound', os.O_RDWR)\nwhile True: os.write(d, bytes(1 << 20))",
    full,
  ],
  ['a huge result', "return 'x' * (8 << 20)", 'sandbox/output-too-large: The output is larger than 4194304 bytes.'],
  ['a deep result', 'x = []\nfor i in range(100000): x = [x]\nreturn x', /^sandbox\/script-error: RecursionError/],
  [
    'a circular result',
    'x = []\nx.append(x)\nreturn x',
    /^sandbox\/script-error: ValueError: Circular reference detected/,
  ],
  ['recursion', 'def f(): return f()\nf()', 'sandbox/script-error: RecursionError: maximum recursion depth exceeded'],
  [
    'recursion without limit',
    'import sys\nsys.setrecursionlimit(10 ** 8)\ndef f(n): return f(n + 1)\nf(0)',
    /^sandbox\/(script-error: RecursionError|memory-limit|time-limit)/,
  ],
  ['recursion in C', "import json\nreturn json.loads('[' * 100000)", /^sandbox\/script-error: RecursionError/],
])

check(
  'ending or breaking the process',
  [
    ['sys.exit', 'import sys\nsys.exit(3)', 'sandbox/script-error: SystemExit: 3'],
    ['os._exit', 'import os\nos._exit(0)', 'sandbox/script-error: SystemExit: the code ended its process'],
    ['os.abort', 'import os\nos.abort()', ended],
    ['a segmentation fault', 'import faulthandler\nfaulthandler._sigsegv()', ended],
    ['raises a signal', 'import signal\nsignal.raise_signal(signal.SIGTERM)', /^sandbox\//],
  ],
  { concurrent: true },
)

check(
  'lying to the parent',
  [
    ['a result that is no JSON', "import json\njson.dumps = lambda *a, **k: '}{'", ended],
    [
      'a forged status',
      'import sys\nsys._getframe(2).f_globals[\'_dumps\'] = lambda r: \'{"status":"ok","resultBytes":-1,"stdoutBytes":9e9}\'',
      ended,
    ],
    [
      'a forged failure text',
      "class E(Exception):\n    def __str__(self): return 'x' * 10 ** 6\nraise E",
      /^sandbox\/script-error: .{7900,8000}$/,
    ],
    [
      'an exception that fails to print',
      'class E(Exception):\n    def __str__(self): raise E\nraise E',
      /^sandbox\/script-error: main\.<locals>\.E: <exception str\(\) failed>/,
    ],
    [
      'a map that pollutes',
      "return {'__proto__': {'polluted': 1}, 'constructor': {'prototype': {'polluted': 1}}}",
      '= {"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
    ],
  ],
  { concurrent: true },
)

describe('the guard', () => {
  it('decides about every address and counts requests', async () => {
    const outcome = await attempt(
      "import requests\nr = []\nfor i in range(5):\n    try: requests.get('http://169.254.169.254/latest')\n    except requests.RequestException as e: r.append(f'{type(e).__name__}: {e}')\nreturn r",
    )
    const refused = 'ConnectionError: address is not allowed'
    const counted = 'RequestException: The code made more than 3 requests.'
    expect(JSON.parse(outcome.slice(2))).toEqual([refused, refused, refused, counted, counted])
    expect(fetched.splice(0)).toHaveLength(3)
  })

  it('leaves the parent unpolluted', () => {
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  it('still runs honest code', async () => {
    expect(await attempt("return {'ok': 1.0}")).toBe('= {"ok": 1.0}')
  })
})
