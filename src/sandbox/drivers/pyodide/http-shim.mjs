// Python text: http.client (and through it urllib.request) over the device that hands requests to the parent process.
// Leaves \`sys.heddle_exchange(head, body) -> (head, body)\` for the requests module, which takes it away again.

export const httpSource = String.raw`
import http.client, io, json, posix, socket, sys, urllib.error

_open, _write, _read, _close = posix.open, posix.write, posix.read, posix.close
_encode, _decode = json.JSONEncoder().encode, json.JSONDecoder().decode


def exchange(head, body=b''):
    """One outbound request. Returns the head of the reply and its body; head['error'] names a failure."""
    device = _open('/dev/outbound', posix.O_RDWR)
    try:
        _write(device, _encode(head).encode('utf-8', 'replace') + b'\n' + body)
        size = int.from_bytes(_read(device, 4), 'little')
        reply = bytearray()
        while len(reply) < size:
            reply += _read(device, min(size - len(reply), 1 << 20))
    finally:
        _close(device)
    head, _, body = bytes(reply).partition(b'\n')
    return _decode(head.decode()), body


def _raise_failure(reply):
    if reply['error'] == 'timeout':
        raise TimeoutError(reply['message'])
    raise ConnectionError(reply['message'])


class _Received:
    """Looks like a socket to HTTPResponse."""

    def __init__(self, raw):
        self._raw = raw

    def makefile(self, mode):
        return io.BytesIO(self._raw)


class HTTPConnection(http.client.HTTPConnection):
    _scheme = 'http'

    def connect(self):
        pass

    def set_tunnel(self, host, port=None, headers=None):
        raise OSError('Tunnels are not available here')

    def putrequest(self, method, url, skip_host=False, skip_accept_encoding=False):
        self._validate_method(method)
        self._heddle = [method, url, []]
        self._heddle_body = b''

    def putheader(self, header, *values):
        text = [value.decode('latin-1') if isinstance(value, bytes) else str(value) for value in values]
        name = header.decode('ascii') if isinstance(header, bytes) else header
        self._heddle[2].append([name, ', '.join(text)])

    def endheaders(self, message_body=None, *, encode_chunked=False):
        if message_body is not None:
            self.send(message_body)

    def send(self, data):
        if hasattr(data, 'read'):
            data = data.read()
        if isinstance(data, str):
            data = data.encode('iso-8859-1')
        elif not isinstance(data, (bytes, bytearray, memoryview)):
            data = b''.join(data)
        self._heddle_body += bytes(data)

    def getresponse(self):
        method, path, headers = self._heddle
        port = '' if self.port == self.default_port else f':{self.port}'
        host = f'[{self.host}]' if ':' in self.host else self.host
        url = path if path.startswith(('http://', 'https://')) else f'{self._scheme}://{host}{port}{path}'
        timeout = self.timeout if isinstance(self.timeout, (int, float)) else socket.getdefaulttimeout()
        reply, body = exchange({
            'method': method, 'url': url, 'headers': headers, 'follow': False,
            'timeoutMs': None if timeout is None else timeout * 1000,
        }, self._heddle_body)
        if 'error' in reply:
            _raise_failure(reply)
        lines = [f'HTTP/1.1 {reply["status"]} {reply["reason"]}']
        unsent = ('content-length', 'content-encoding', 'transfer-encoding', 'connection')
        lines += [f'{name}: {value}' for name, value in reply['headers'] if name.lower() not in unsent]
        lines += [f'Content-Length: {len(body)}', 'Connection: close', '', '']
        raw = '\r\n'.join(lines).encode('latin-1', 'replace') + body
        response = self.response_class(_Received(raw), method=method)
        # A HEAD reply announces a length without a body.
        response.begin()
        return response


class HTTPSConnection(HTTPConnection):
    _scheme = 'https'
    default_port = http.client.HTTPS_PORT

    def __init__(self, host, port=None, *, timeout=socket._GLOBAL_DEFAULT_TIMEOUT, source_address=None, context=None,
                 blocksize=8192):
        super().__init__(host, port, timeout, source_address, blocksize)


for shim in (HTTPConnection, HTTPSConnection):
    shim.__module__ = 'http.client'
    setattr(http.client, shim.__name__, shim)
http.client._create_https_context = lambda version: None
sys.heddle_exchange = exchange
`
