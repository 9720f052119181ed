// Python text, run once at boot inside the interpreter: hides Pyodide, makes stand-ins for absent packages, and leaves the
// entry function `sys.heddle_run(request: bytes) -> bytes`. `preloadSource` comes first and is part of the snapshot.
// It shares the interpreter with user code, so it enforces convenience only; the walls are the import gate and the process.

/** What code nodes commonly import, so that no run pays for it. */
export const preloadSource = `
import ast, asyncio, base64, binascii, bisect, calendar, collections, copy, csv, dataclasses, datetime, decimal
import difflib, email.message, enum, fractions, functools, gc, hashlib, heapq, hmac, html, html.parser, http.client
import importlib.machinery, importlib.util, inspect, io, itertools, json, locale, logging, math, operator, os, pathlib
import posix, random, re, secrets, statistics, string, struct, sys, tempfile, textwrap, time, traceback, types, typing
import unicodedata, urllib.error, urllib.parse, urllib.request, uuid, xml.etree.ElementTree, zipfile, zlib, zoneinfo
import _strptime
`

export const harnessSource = String.raw`
import ast, asyncio, importlib.util, io, json, os, posix, random, shutil, sys, time, traceback, types, zoneinfo


_HIDDEN = frozenset((
    'js', 'pyodide', 'pyodide_js', '_pyodide', '_pyodide_core', 'ctypes', '_ctypes', '_testcapi', '_testclinic',
    '_testclinic_limited', '_testinternalcapi', '_testlimitedcapi', '_xxtestfuzz', 'xxsubtype', '_remote_debugging',
))


class _HiddenFinder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition('.')[0] in _HIDDEN:
            raise ModuleNotFoundError(f'No module named {name!r}', name=name)


def _hide_host():
    for finder in list(sys.meta_path):
        if type(finder).__module__.startswith('_pyodide') or getattr(finder, '__module__', '').startswith('_pyodide'):
            sys.meta_path.remove(finder)
    sys.meta_path.insert(0, _HiddenFinder)
    for name in [name for name in sys.modules if name.partition('.')[0] in _HIDDEN]:
        module = sys.modules.pop(name)
        if isinstance(module, types.ModuleType):
            # Registered callbacks keep the module's names alive; no object of JavaScript may be among them.
            for key, value in list(vars(module).items()):
                if type(type(value)).__name__ == '_JsProxyMetaClass':
                    delattr(module, key)
    shutil.unregister_unpack_format('whl')
    for hook in ('excepthook', 'displayhook', 'unraisablehook'):
        setattr(sys, hook, getattr(sys, '__' + hook + '__'))
    sys.path[:] = [entry for entry in sys.path if entry]
    sys.executable = sys._base_executable = ''
    for name in set(os.environ) - {'HOME', 'LANG', 'PATH', 'PWD'}:
        del os.environ[name]


class _NoSelector:
    def select(self, timeout):
        if timeout:
            time.sleep(timeout)
        return ()

    def close(self):
        pass


class _Loop(asyncio.BaseEventLoop):
    """An event loop of timers and callbacks only: there are no sockets to wait for."""

    def __init__(self):
        super().__init__()
        self._selector = _NoSelector()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


class _LoopPolicy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = _Loop


def _make_asyncio_plain():
    asyncio.events._set_running_loop(None)
    asyncio.events._set_event_loop_policy(_LoopPolicy())
    asyncio.run = asyncio.runners.run


def _make_sleep_interruptible(posix_open=posix.open, posix_write=posix.write, posix_read=posix.read,
                              posix_close=posix.close, monotonic=time.monotonic):
    def sleep(seconds, /):
        if hasattr(seconds, '__float__') or hasattr(seconds, '__index__'):
            seconds = float(seconds)
        else:
            raise TypeError(f"'{type(seconds).__name__}' object cannot be interpreted as an integer or float")
        if seconds != seconds:
            raise ValueError('Invalid value NaN (not a number)')
        if seconds < 0:
            raise ValueError('sleep length must be non-negative')
        end = monotonic() + seconds
        while (left := end - monotonic()) > 0:
            device = posix_open('/dev/pause', posix.O_RDWR)
            posix_write(device, b'%.9f' % left)
            posix_read(device, 8)
            posix_close(device)

    time.sleep = sleep


def _find_time_zones_in_host(posix_open=posix.open, posix_write=posix.write, posix_read=posix.read,
                             posix_close=posix.close, byte_file=io.BytesIO):
    from zoneinfo import _common

    def load_tzdata(key):
        device = posix_open('/dev/timezone', posix.O_RDWR)
        posix_write(device, key.encode('utf-8', 'replace'))
        size = int.from_bytes(posix_read(device, 4), 'little')
        data = posix_read(device, size)
        posix_close(device)
        if data == b'-':
            raise zoneinfo.ZoneInfoNotFoundError(f'No time zone found with key {key}')
        return byte_file(data)

    _common.load_tzdata = load_tzdata


def _refuse_absent(package):
    raise ModuleNotFoundError(f'No module named {package!r}', name=package)


class _Absent:
    """Stands for a package that is not here until something asks it for more than its existence."""

    __slots__ = ('_package',)

    def __init__(self, package):
        object.__setattr__(self, '_package', package)

    def __getattr__(self, name):
        _refuse_absent(object.__getattribute__(self, '_package'))


def _complete_stand_in():
    def refuse(self, *args, **kwargs):
        _refuse_absent(object.__getattribute__(self, '_package'))

    names = 'setattr delattr call getitem setitem delitem contains iter next len bool str repr format bytes int float '
    names += 'complex index hash eq ne lt le gt ge neg pos abs invert enter exit await aiter anext instancecheck '
    names += 'subclasscheck mro_entries add radd sub rsub mul rmul truediv rtruediv floordiv rfloordiv mod rmod pow '
    names += 'rpow matmul rmatmul and rand or ror xor rxor lshift rlshift rshift rrshift divmod rdivmod'
    for name in names.split():
        setattr(_Absent, f'__{name}__', refuse)


def _is_absent(package):
    if package in sys.modules:
        return False
    try:
        return importlib.util.find_spec(package) is None
    except (ImportError, ValueError):
        return True


def _stand_in_for_absent(tree):
    """Takes unguarded imports of absent packages out of the module; returns what their names stand for."""
    names = {}
    body = []
    for statement in tree.body:
        absent = ()
        if isinstance(statement, ast.Import):
            absent = [alias for alias in statement.names if _is_absent(alias.name.partition('.')[0])]
            for alias in absent:
                package = alias.name.partition('.')[0]
                names[alias.asname or package] = _Absent(package)
            statement.names = [alias for alias in statement.names if alias not in absent]
            if not statement.names:
                statement = ast.copy_location(ast.Pass(), statement)
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            package = statement.module.partition('.')[0]
            if statement.names[0].name != '*' and _is_absent(package):
                for alias in statement.names:
                    names[alias.asname or alias.name] = _Absent(package)
                statement = ast.copy_location(ast.Pass(), statement)
        body.append(statement)
    tree.body = body
    return names


class _Capture(io.TextIOBase):
    """Collects what the code prints, cut to a number of bytes."""

    def __init__(self, limit):
        self._parts = []
        self._left = limit

    encoding = 'utf-8'

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f'write() argument must be str, not {type(text).__name__}')
        if self._left > 0:
            part = text[:self._left].encode('utf-8', 'replace')[:self._left]
            self._parts.append(part)
            self._left -= len(part)
        return len(text)

    def collected(self):
        return b''.join(self._parts)


def _as_json(value):
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        # A lone surrogate has no UTF-8 form.
        return json.dumps(value, allow_nan=False).encode()


def _call_main(code, inputs):
    tree = ast.parse(code, '<code>')
    module = types.ModuleType('__main__')
    sys.modules['__main__'] = module
    namespace = module.__dict__
    namespace['__builtins__'] = __builtins__
    namespace.update(_stand_in_for_absent(tree))
    exec(compile(tree, '<code>', 'exec', dont_inherit=True), namespace)
    if 'main' not in namespace:
        raise NameError("name 'main' is not defined")
    return namespace['main'](**inputs)


def _line_of(error):
    if isinstance(error, SyntaxError) and error.filename == '<code>':
        return error.lineno
    line = None
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == '<code>':
            line = step.tb_lineno
        step = step.tb_next
    return line


def _describe(error):
    if isinstance(error, MemoryError):
        return {'status': 'memory'}
    if isinstance(error, ModuleNotFoundError) and isinstance(error.name, str):
        package = error.name.partition('.')[0]
        if _is_absent(package):
            return {'status': 'package', 'package': package[:200]}
    lines = traceback.format_exception_only(error)
    text = lines[-1] if isinstance(error, SyntaxError) else ''.join(lines)
    return {
        'status': 'error',
        'errorType': type(error).__name__[:200],
        'message': text.strip()[:8000],
        'line': _line_of(error),
    }


def _run(request):
    head, _, rest = request.partition(b'\n')
    code_size, result_limit, print_limit = map(int, head.split())
    capture = sys.stdout = _Capture(print_limit)
    # Every run starts from the same memory, so the one source of chance that lives in it needs a new start.
    random.seed()
    body = b''
    try:
        code = rest[:code_size].decode('utf-8', 'surrogatepass')
        result = _call_main(code, json.loads(rest[code_size:]))
        body = _as_json(result)
        reply = {'status': 'ok'}
        if len(body) > result_limit:
            reply = {'status': 'too-large'}
            body = b''
    except BaseException as error:
        reply = _describe(error)
    printed = capture.collected()
    reply['resultBytes'] = len(body)
    reply['stdoutBytes'] = len(printed)
    return _dumps(reply).encode() + b'\n' + body + printed


_dumps = json.JSONEncoder().encode


def _install():
    sources = sys.heddle_sources
    del sys.heddle_sources
    _make_sleep_interruptible()
    _find_time_zones_in_host()
    _make_asyncio_plain()
    _complete_stand_in()
    exec(compile(sources[1], '<http>', 'exec'), {'__name__': 'heddle_http'})
    exec(compile(sources[2], '<requests>', 'exec'), {'__name__': 'heddle_requests'})
    _hide_host()
    # The first parse, compile and print of an interpreter are slow; let boot pay for them.
    warm = b'import json, re\ndef main(a):\n    print(a)\n    return {"a": json.loads(json.dumps([a, 1.5, f"{a:>3}"]))}\n'
    _run(b'%d 1000 1000\n' % len(warm) + warm + b'{"a": 1}')
    sys.modules['__main__'] = types.ModuleType('__main__')
    sys.stdout = sys.__stdout__
    sys.heddle_run = _run


_install()
`
