// What running code means: values, errors, packages, requests, and that no run can be seen by the next.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Clock, silentLog, systemClock } from '../base/seams.ts'
import { findConfinement, launchPython } from './drivers/pyodide/launch.ts'
import { createPythonDriver } from './drivers/pyodide/pool.ts'
import { createJavascriptDriver } from './drivers/quickjs/pool.ts'
import { SandboxError } from './errors.ts'
import { createCodeRunner } from './runner.ts'
import type { CodeLanguage } from './spec.ts'

const seams = { clock: systemClock, log: silentLog }
const runner = createCodeRunner({
  python: createPythonDriver({
    ...seams,
    fetch,
    limits: { inputBytes: 100_000, outputBytes: 50_000 },
    maxProcesses: 1,
  }),
  javascript: createJavascriptDriver({ ...seams, limits: { inputBytes: 100_000 }, maxWorkers: 1 }),
})

let server: Server
let origin = ''
const dropped: string[] = []
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x')
    if (url.pathname === '/never') return void request.on('close', () => dropped.push(url.pathname))
    if (url.pathname === '/moved') return void response.writeHead(302, { location: '/echo?moved=1' }).end()
    if (url.pathname === '/large') return void response.end(Buffer.alloc(200_000))
    if (url.pathname === '/latin') {
      return void response.writeHead(200, { 'content-type': 'text/plain' }).end(Buffer.from([0xe9]))
    }
    const body = await text(request)
    const status = Number(url.searchParams.get('status') ?? 200)
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-kind': 'echo',
      'set-cookie': 'session=abc; Path=/',
    })
    const { authorization, cookie, 'content-type': contentType, 'user-agent': agent, 'x-own': own } = request.headers
    const headers = { authorization, cookie, contentType, agent, own }
    response.end(JSON.stringify({ method: request.method, url: request.url, headers, body }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  await Promise.all([runner.warm('python3'), runner.warm('javascript')])
})
afterAll(async () => {
  await runner.close()
  server.closeAllConnections()
  server.close()
})

const run = (language: CodeLanguage, code: string, inputsJson = '{}', signal?: AbortSignal) =>
  runner.run({ language, code, inputsJson, ...(signal === undefined ? {} : { signal }) })

const python = async (code: string, inputs: Record<string, unknown> = {}): Promise<unknown> => {
  const { resultJson } = await run('python3', code, JSON.stringify(inputs))
  return JSON.parse(resultJson)
}

const failure = async (promise: Promise<unknown>): Promise<{ code: string; message: string; details: object }> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof SandboxError)) throw new Error(`no sandbox error: ${error}`)
  return { code: error.code, message: error.message, details: error.details }
}

describe('values', () => {
  it.each<[language: CodeLanguage, name: string, code: string, inputs: string, result: string]>([
    [
      'python3',
      'integers and floats stay apart',
      'def main(a, b): return [a, b, a + b, type(b).__name__]',
      '{"a": 1, "b": 1.0}',
      '[1, 1.0, 2.0, "float"]',
    ],
    [
      'python3',
      'big integers',
      'def main(n): return n * n',
      '{"n": 12345678901234567890}',
      '152415787532388367501905199875019052100',
    ],
    [
      'python3',
      'text of any language',
      'def main(s): return {"s": s, "n": len(s)}',
      '{"s": "é中😀\\u0000"}',
      '{"s": "é中😀\\u0000", "n": 4}',
    ],
    ['python3', 'a lone surrogate', 'def main(): return "\\ud800"', '{}', '"\\ud800"'],
    ['python3', 'nothing', 'def main(): pass', '{}', 'null'],
    ['python3', 'tuples and keys', 'def main(): return {1: (1, 2), True: None}', '{}', '{"1": null}'],
    ['python3', 'defaults', 'def main(a, b=5): return a + b', '{"a": 1}', '6'],
    [
      'python3',
      'any keyword',
      'def main(**names): return names',
      '{"x": null, "y": [true]}',
      '{"x": null, "y": [true]}',
    ],
    ['python3', 'an order of keys', 'def main(m): return m', '{"m": {"b": 1, "a": 2}}', '{"b": 1, "a": 2}'],
    [
      'python3',
      'a guard for direct starts',
      'x = 0\nif __name__ == "__main__": x = 1\ndef main(): return x',
      '{}',
      '1',
    ],
    [
      'python3',
      'an event loop',
      'import asyncio\nasync def f():\n  await asyncio.sleep(0.001)\n  return await asyncio.gather(*[asyncio.sleep(0, i) for i in range(3)])\ndef main(): return asyncio.run(f())',
      '{}',
      '[0, 1, 2]',
    ],
    [
      'python3',
      'data classes',
      'from dataclasses import dataclass, asdict\n@dataclass\nclass P:\n  x: int\n  y: "int" = 2\ndef main(): return asdict(P(1))',
      '{}',
      '{"x": 1, "y": 2}',
    ],
    [
      'python3',
      'time zones',
      'from zoneinfo import ZoneInfo\nfrom datetime import datetime as d\ndef main(): return [d(2024, m, 1, 12, tzinfo=ZoneInfo(z)).isoformat()[-6:] + d(2024, m, 1, tzinfo=ZoneInfo(z)).tzname() for z in ("Asia/Shanghai", "Europe/Berlin", "America/New_York") for m in (1, 7)]',
      '{}',
      '["+08:00CST", "+08:00CST", "+01:00CET", "+02:00CEST", "-05:00EST", "-04:00EDT"]',
    ],
    [
      'python3',
      'its own files',
      'def main():\n  open("/tmp/a", "w").write("x")\n  open("b", "w").write("y")\n  return open("/tmp/a").read() + open("b").read()',
      '{}',
      '"xy"',
    ],
    ['javascript', 'one object', 'function main({ a, b }) { return { r: a + b } }', '{"a": 1, "b": 1.5}', '{"r":2.5}'],
    ['javascript', 'an arrow', 'const main = ({ s }) => ({ s, n: s.length })', '{"s": "é中"}', '{"s":"é中","n":2}'],
    ['javascript', 'nothing', 'function main() {}', '{}', 'null'],
  ])('%s: %s', async (language, _name, code, inputs, result) => {
    expect((await run(language, code, inputs)).resultJson).toBe(result)
  })

  it('prints apart from the result, cut to the limit', async () => {
    const small = await run('python3', 'def main():\n  print("a", 1)\n  return 1')
    expect([small.resultJson, small.stdout]).toEqual(['1', 'a 1\n'])
    const flood = await run('python3', 'def main():\n  for i in range(1000): print("é" * 1000)')
    expect(Buffer.byteLength(flood.stdout)).toBe(50_000)
    const script = await run('javascript', 'function main() { console.log("a", 1, { b: [2] }); return 1 }')
    expect([script.resultJson, script.stdout]).toEqual(['1', 'a 1 {"b":[2]}\n'])
  })
})

describe('errors', () => {
  it.each<[language: CodeLanguage, code: string, errorType: string, message: string, line: number | undefined]>([
    ['python3', 'def main():\n  return 1 / 0', 'ZeroDivisionError', 'ZeroDivisionError: division by zero', 2],
    ['python3', 'def main(:', 'SyntaxError', 'SyntaxError: invalid syntax', 1],
    ['python3', 'x = 1', 'NameError', "NameError: name 'main' is not defined", undefined],
    [
      'python3',
      'def main(a): pass',
      'TypeError',
      "TypeError: main() missing 1 required positional argument: 'a'",
      undefined,
    ],
    ['python3', 'def main(): raise ValueError("two\\nlines")', 'ValueError', 'ValueError: two\nlines', 1],
    ['python3', 'def main(): raise ValueError', 'ValueError', 'ValueError', 1],
    [
      'python3',
      'def main(): return {1}',
      'TypeError',
      'TypeError: Object of type set is not JSON serializable',
      undefined,
    ],
    [
      'python3',
      'async def main(): pass',
      'TypeError',
      'TypeError: Object of type coroutine is not JSON serializable',
      undefined,
    ],
    ['python3', 'def main(): raise SystemExit(2)', 'SystemExit', 'SystemExit: 2', 1],
    ['python3', 'def main(): input()', 'EOFError', 'EOFError: EOF when reading a line', 1],
    [
      'python3',
      'def main(): return float("inf")',
      'ValueError',
      'ValueError: Out of range float values are not JSON compliant: inf',
      undefined,
    ],
    ['javascript', 'function main() {\n  throw new TypeError("no") }', 'TypeError', 'TypeError: no', 2],
    ['javascript', 'function (', 'SyntaxError', 'SyntaxError: function name expected', 1],
    ['javascript', 'let x', 'ReferenceError', "ReferenceError: 'main' is not defined", 1],
    ['javascript', 'function main() { throw "text" }', 'string', 'text', undefined],
  ])('%s: %s', async (language, code, errorType, message, line) => {
    const details = { errorType, message, ...(line === undefined ? {} : { line }) }
    expect(await failure(run(language, code))).toEqual({ code: 'sandbox/script-error', message, details })
  })

  it('refuses inputs and results beyond the limits', async () => {
    const big = JSON.stringify({ s: 'x'.repeat(100_000) })
    for (const language of ['python3', 'javascript'] as const) {
      expect((await failure(run(language, 'def main(s): return 1', big))).code).toBe('sandbox/input-too-large')
    }
    const result = await failure(run('python3', 'def main(): return "中" * 20_000'))
    expect(result).toMatchObject({ code: 'sandbox/output-too-large', details: { limitBytes: 50_000 } })
  })
})

describe('packages that are not here', () => {
  it.each<[name: string, code: string, outcome: unknown]>([
    [
      'unused',
      'import numpy as np\nimport pandas, sympy.abc\nfrom httpx import Client as C\ndef main(x: np.ndarray = None): return 1',
      1,
    ],
    ['mixed with present ones', 'import numpy, json\ndef main(): return json.loads("2")', 2],
    ['guarded', 'try:\n  import numpy\nexcept ImportError:\n  numpy = 0\ndef main(): return numpy', 0],
    [
      'guarded inside',
      'def main():\n  try:\n    import numpy\n  except ModuleNotFoundError as e:\n    return [e.name, str(e)]',
      ['numpy', "No module named 'numpy'"],
    ],
    ['of an attribute', 'import numpy as np\ndef main(): return np.array([1])', 'numpy'],
    ['of a name', 'from lxml.etree import fromstring\ndef main(): return fromstring("<a/>")', 'lxml'],
    ['of a base class', 'from pydantic import BaseModel\nclass A(BaseModel): pass\ndef main(): return 1', 'pydantic'],
    ['of a decorator', 'import numba\n@numba.jit\ndef main(): return 1', 'numba'],
    ['of an operator', 'from sympy import x\ndef main(): return x + 1', 'sympy'],
    ['of a test', 'from sympy import x\ndef main(): return 1 if x else 2', 'sympy'],
    ['of a star', 'from sympy import *\ndef main(): return 1', 'sympy'],
    ['inside main', 'def main():\n  import yaml\n  return 1', 'yaml'],
    [
      'in the standard library',
      'def main():\n  import os.nothing',
      "ModuleNotFoundError: No module named 'os.nothing'; 'os' is not a package",
    ],
  ])('%s', async (_name, code, outcome) => {
    if (typeof outcome !== 'string') return expect(await python(code)).toEqual(outcome)
    const { code: errorCode, details } = await failure(python(code))
    if (outcome.includes(' ')) expect(details).toMatchObject({ message: outcome })
    else expect([errorCode, details]).toEqual(['sandbox/package-missing', { package: outcome }])
  })
})

describe('isolation between Python runs', () => {
  const tampering: readonly (readonly [name: string, poison: string, probe: string, clean: unknown])[] = [
    ['globals', 'global kept\n  kept = 1', 'return "kept" in globals()', false],
    [
      'builtins',
      'import builtins\n  builtins.len = lambda x: 0\n  builtins.kept = 1',
      'import builtins\n  return [len([1]), hasattr(builtins, "kept")]',
      [1, false],
    ],
    [
      'a library module',
      'import json\n  json.dumps = None\n  json.kept = 1',
      'import json\n  return [json.dumps(1), hasattr(json, "kept")]',
      ['1', false],
    ],
    [
      'a class of the library',
      'import datetime, collections\n  collections.OrderedDict.kept = 1',
      'import collections\n  return hasattr(collections.OrderedDict, "kept")',
      false,
    ],
    [
      'sys.modules',
      'import sys\n  sys.modules["json"] = None\n  sys.modules["kept"] = sys',
      'import sys, json\n  return ["kept" in sys.modules, json.loads("1")]',
      [false, 1],
    ],
    [
      'sys.path and meta_path',
      'import sys\n  sys.path.insert(0, "/tmp")\n  sys.meta_path.clear()',
      'import sys\n  return ["/tmp" in sys.path, len(sys.meta_path) > 2]',
      [false, true],
    ],
    [
      'requests',
      'import requests\n  requests.get = None\n  requests.Session.request = None',
      'import requests\n  return [callable(requests.get), callable(requests.Session.request)]',
      [true, true],
    ],
    [
      'files',
      'open("/tmp/kept", "w").write("x")\n  open("kept", "w").write("x")',
      'import os\n  return [os.listdir("/tmp"), os.listdir(".")]',
      [[], []],
    ],
    [
      'open files',
      'import os\n  for i in range(9): os.open("/dev/null", os.O_RDONLY)\n  os.close(0)',
      'import os\n  return [os.open("/dev/null", os.O_RDONLY), os.isatty(0)]',
      [3, false],
    ],
    ['the working folder', 'import os\n  os.chdir("/")', 'import os\n  return os.getcwd()', '/home/user'],
    ['the environment', 'import os\n  os.environ["KEPT"] = "1"', 'import os\n  return "KEPT" in os.environ', false],
    [
      'the recursion limit',
      'import sys\n  sys.setrecursionlimit(50000)',
      'import sys\n  return sys.getrecursionlimit()',
      1000,
    ],
    [
      'signal handlers',
      'import signal\n  signal.signal(signal.SIGINT, signal.SIG_IGN)',
      'import signal\n  return signal.getsignal(signal.SIGINT).__name__',
      'default_int_handler',
    ],
    [
      'traces',
      'import sys\n  sys.settrace(lambda *a: None)\n  sys.setprofile(lambda *a: None)',
      'import sys\n  return [sys.gettrace(), sys.getprofile()]',
      [null, null],
    ],
    [
      'end-of-life code',
      'import atexit, weakref\n  atexit.register(lambda: open("/tmp/kept", "w"))',
      'import atexit\n  return atexit._ncallbacks()',
      1,
    ],
    [
      'decimal contexts',
      'import decimal\n  decimal.getcontext().prec = 2',
      'import decimal\n  return decimal.getcontext().prec',
      28,
    ],
    ['compiled patterns', 'import re\n  re.compile = None', 'import re\n  return bool(re.match("a", "a"))', true],
    [
      'the harness',
      'import sys\n  sys._getframe(2).f_globals["_call_main"] = lambda *a: "taken"',
      'return "free"',
      'free',
    ],
    [
      'memory',
      'global m\n  m = bytearray(b"tell-tale") * 1000000',
      'import gc\n  return len([o for o in gc.get_objects() if isinstance(o, bytearray)])',
      0,
    ],
  ]
  it.each(tampering)('%s', async (_name, poison, probe, clean) => {
    await python(`def main():\n  ${poison}`).catch(() => {})
    expect(await python(`def main():\n  ${probe}`)).toEqual(clean)
  })

  it('still gives every run its own chance', async () => {
    const code =
      'import random, uuid, secrets\ndef main(): return [random.random(), str(uuid.uuid4()), secrets.token_hex()]'
    const [first, second] = [(await python(code)) as unknown[], (await python(code)) as unknown[]]
    for (const [at, value] of first.entries()) expect(value).not.toEqual(second[at])
  })
})

describe('requests', () => {
  const echo = (call: string, more = '') =>
    python(`import requests\ndef main(origin):\n  r = requests.${call}\n  ${more || 'return r.json()'}`, { origin })

  it.each<[call: string, expected: object]>([
    [
      'get(origin + "/echo", params={"a": [1, "ü"], "b": None}, headers={"X-Own": "1"})',
      { method: 'GET', url: '/echo?a=1&a=%C3%BC', headers: { own: '1', agent: 'python-requests/2' } },
    ],
    [
      'post(origin + "/echo", json={"a": 1})',
      { method: 'POST', body: '{"a": 1}', headers: { contentType: 'application/json' } },
    ],
    [
      'post(origin + "/echo", data={"a": "x y"})',
      { body: 'a=x+y', headers: { contentType: 'application/x-www-form-urlencoded' } },
    ],
    ['put(origin + "/echo", data="ü")', { method: 'PUT', body: 'ü' }],
    ['patch(origin + "/echo", data=b"x")', { method: 'PATCH', body: 'x' }],
    ['delete(origin + "/echo")', { method: 'DELETE' }],
    [
      'request("post", origin + "/echo", auth=("u", "p"))',
      { method: 'POST', headers: { authorization: 'Basic dTpw' } },
    ],
    ['get(origin + "/moved")', { url: '/echo?moved=1' }],
  ])('%s', async (call, expected) => {
    expect(await echo(call)).toMatchObject(expected)
  })

  it('describes the response', async () => {
    const more =
      'return [r.status_code, r.ok, r.reason, r.headers["X-KIND"], r.encoding, r.cookies["session"], len(r.content) == len(r.text), r.url == origin + "/echo"]'
    expect(await echo('get(origin + "/echo")', more)).toEqual([200, true, 'OK', 'echo', 'utf-8', 'abc', true, true])
    expect(await echo('get(origin + "/latin")', 'return [r.text, r.encoding]')).toEqual(['é', 'ISO-8859-1'])
    expect(await echo('head(origin + "/echo")', 'return [r.status_code, r.text]')).toEqual([200, ''])
    expect(await echo('get(origin + "/moved", allow_redirects=False)', 'return r.headers["location"]')).toBe(
      '/echo?moved=1',
    )
  })

  it('raises its own errors', async () => {
    const { details } = await failure(echo('get(origin + "/echo?status=404")', 'r.raise_for_status()'))
    expect(details).toMatchObject({
      errorType: 'HTTPError',
      message: `requests.exceptions.HTTPError: 404 Client Error: Not Found for url: ${origin}/echo?status=404`,
    })
    const caught = (call: string) =>
      python(
        `import requests\ndef main(origin):\n  try: ${call}\n  except requests.exceptions.RequestException as e: return type(e).__name__`,
        { origin },
      )
    expect(await caught('requests.get(origin + "/never", timeout=0.05)')).toBe('ReadTimeout')
    expect(await caught('requests.get("http://127.0.0.1:9/")')).toBe('ConnectionError')
    expect(await caught('requests.get(origin + "/large")')).toBe('RequestException')
    expect(await caught('requests.get("no-scheme")')).toBe('MissingSchema')
    expect(await caught('requests.get(origin + "/latin").json()')).toBe('JSONDecodeError')
  })

  it('keeps a session', async () => {
    const code =
      'import requests\ndef main(origin):\n  with requests.Session() as s:\n    s.headers["X-Own"] = "1"\n    s.get(origin + "/echo")\n    return s.get(origin + "/echo").json()["headers"]'
    expect(await python(code, { origin })).toMatchObject({ cookie: 'session=abc', own: '1' })
  })

  it('uploads files', async () => {
    const sent = (await echo('post(origin + "/echo", data={"k": "v"}, files={"f": ("a.txt", b"bytes")})')) as {
      body: string
    }
    expect(sent.body).toMatch(
      /name="k"\r\n\r\nv\r\n--\w+\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text\/plain\r\n\r\nbytes\r\n/,
    )
  })

  it('serves urllib and http.client', async () => {
    const code = `import json, http.client, urllib.request, urllib.error, urllib.parse
def main(origin):
  found = []
  with urllib.request.urlopen(origin + "/moved") as r: found.append([r.status, json.loads(r.read())["url"], r.headers["x-kind"]])
  q = urllib.request.Request(origin + "/echo", data=urllib.parse.urlencode({"a": 1}).encode(), headers={"X-Own": "2"})
  found.append(json.loads(urllib.request.urlopen(q, timeout=5).read().decode())["body"])
  try: urllib.request.urlopen(origin + "/echo?status=500")
  except urllib.error.HTTPError as e: found.append([e.code, e.reason])
  c = http.client.HTTPConnection(origin.partition("//")[2])
  c.request("PUT", "/echo", body="x", headers={"X-Own": "3"})
  r = c.getresponse()
  found.append([r.status, json.loads(r.read())["method"]])
  return found`
    expect(await python(code, { origin })).toEqual([
      [200, '/echo?moved=1', 'echo'],
      'a=1',
      [500, 'Internal Server Error'],
      [200, 'PUT'],
    ])
  })
})

describe('life of the pool', () => {
  it.each<CodeLanguage>(['python3', 'javascript'])('%s: stops at once when aborted', async (language) => {
    const endless = { python3: 'def main():\n  while True: pass', javascript: 'function main() { for (;;); }' }
    const controller = new AbortController()
    const running = run(language, endless[language], '{}', controller.signal)
    const waiting = run(language, endless[language], '{}', controller.signal)
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await expect(waiting).rejects.toThrow('enough')
    await expect(run(language, 'x', '{}', controller.signal)).rejects.toThrow('enough')
    const honest = { python3: 'def main(): return 1', javascript: 'function main() { return 1 }' }
    expect((await run(language, honest[language])).resultJson).toBe('1')
  })

  it('ends the requests of an aborted run', async () => {
    const controller = new AbortController()
    const arrived = once(server, 'request')
    const code = 'import requests\ndef main(origin): return requests.get(origin + "/never").text'
    const running = run('python3', code, JSON.stringify({ origin }), controller.signal)
    await arrived
    const before = dropped.length
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await expect.poll(() => dropped.length).toBe(before + 1)
  })

  it('refuses more waiting runs than agreed, and serves the others in order', async () => {
    const driver = createJavascriptDriver({ ...seams, maxWorkers: 1, maxWaiting: 2 })
    const order: number[] = []
    const job = (n: number) =>
      driver.run({ code: `function main() { return ${n} }`, inputsJson: '{}' }).then(() => order.push(n))
    const jobs = [job(1), job(2)]
    await expect(job(3)).rejects.toMatchObject({ code: 'sandbox/busy', retryable: true })
    await Promise.all(jobs)
    expect(order).toEqual([1, 2])
    await driver.close()
  })

  it('starts nothing after close', async () => {
    const driver = createJavascriptDriver(seams)
    await driver.close()
    await expect(driver.run({ code: 'x', inputsJson: '{}' })).rejects.toMatchObject({ code: 'sandbox/crashed' })
    await expect(driver.warm()).rejects.toMatchObject({ code: 'sandbox/crashed' })
  })

  it('fails a run whose process cannot start', async () => {
    const broken: Clock = { ...systemClock, after: (ms, task) => systemClock.after(ms === 60_000 ? 0 : ms, task) }
    const driver = createPythonDriver({ ...seams, clock: broken, fetch })
    const job = driver.run({ code: 'def main(): return 1', inputsJson: '{}' })
    await expect(job).rejects.toMatchObject({ code: 'sandbox/crashed' })
    await driver.close()
  })

  it('ends a process whose parent is gone', async () => {
    const child = launchPython({ confinement: await findConfinement(), memoryBytes: 1 << 26, fileBytes: 1 << 20 })
    const exit = once(child, 'exit')
    child.stdio[3]?.destroy()
    const [code, signal] = await exit
    expect([code, signal]).not.toEqual([null, 'SIGKILL'])
  })
})
