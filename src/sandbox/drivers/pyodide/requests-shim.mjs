// Python text: the part of the requests package that code nodes use, over the same exchange as http.client. The names and
// meanings follow the public documentation of requests 2 (requests.readthedocs.io).

import { encodingSource } from './requests-encoding.mjs'

const moduleSource = `
import base64, codecs, collections.abc, datetime, http, http.client, io, json, mimetypes, os, sys, time, types, uuid
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

_exchange = sys.heddle_exchange
del sys.heddle_exchange


class RequestException(IOError):
    def __init__(self, *args, **kwargs):
        self.response = kwargs.pop('response', None)
        self.request = kwargs.pop('request', None)
        super().__init__(*args, **kwargs)


class HTTPError(RequestException):
    pass


class ConnectionError(RequestException):
    pass


class SSLError(ConnectionError):
    pass


class ProxyError(ConnectionError):
    pass


class Timeout(RequestException):
    pass


class ConnectTimeout(ConnectionError, Timeout):
    pass


class ReadTimeout(Timeout):
    pass


class URLRequired(RequestException):
    pass


class TooManyRedirects(RequestException):
    pass


class MissingSchema(RequestException, ValueError):
    pass


class InvalidSchema(RequestException, ValueError):
    pass


class InvalidURL(RequestException, ValueError):
    pass


class InvalidHeader(RequestException, ValueError):
    pass


class ChunkedEncodingError(RequestException):
    pass


class ContentDecodingError(RequestException):
    pass


class InvalidJSONError(RequestException):
    pass


class JSONDecodeError(InvalidJSONError, json.JSONDecodeError):
    def __init__(self, *args, **kwargs):
        json.JSONDecodeError.__init__(self, *args)
        self.response = kwargs.get('response')
        self.request = None


_EXCEPTIONS = [value for value in list(globals().values()) if isinstance(value, type) and issubclass(value, Exception)]


class CaseInsensitiveDict(collections.abc.MutableMapping):
    def __init__(self, data=None, **kwargs):
        self._store = {}
        self.update({} if data is None else data, **kwargs)

    def __setitem__(self, key, value):
        self._store[key.lower()] = (key, value)

    def __getitem__(self, key):
        return self._store[key.lower()][1]

    def __delitem__(self, key):
        del self._store[key.lower()]

    def __iter__(self):
        return (key for key, _ in self._store.values())

    def __len__(self):
        return len(self._store)

    def copy(self):
        return CaseInsensitiveDict(self.items())

    def __eq__(self, other):
        if not isinstance(other, collections.abc.Mapping):
            return NotImplemented
        lower = {key.lower(): value for key, value in other.items()}
        return lower == {key: value for key, (_, value) in self._store.items()}

    def __repr__(self):
        return str(dict(self.items()))


class HTTPBasicAuth:
    def __init__(self, username, password):
        self.username = username
        self.password = password

    def __call__(self, request):
        pair = f'{self.username}:{self.password}'.encode('utf-8')
        request.headers['Authorization'] = 'Basic ' + base64.b64encode(pair).decode('ascii')
        return request


class PreparedRequest:
    def __init__(self, method, url, headers, body):
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body


class Response:
    def __init__(self):
        self.status_code = None
        self.headers = CaseInsensitiveDict()
        self.url = None
        self.reason = None
        self.encoding = None
        self.history = []
        self.cookies = {}
        self.elapsed = datetime.timedelta(0)
        self.request = None
        self.content = b''

    @property
    def ok(self):
        return self.status_code < 400

    def __bool__(self):
        return self.ok

    def __repr__(self):
        return f'<Response [{self.status_code}]>'

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def __iter__(self):
        return self.iter_content(128)

    @property
    def is_redirect(self):
        return 'location' in self.headers and self.status_code in (301, 302, 303, 307, 308)

    @property
    def apparent_encoding(self):
        try:
            self.content.decode('utf-8')
            return 'utf-8'
        except UnicodeDecodeError:
            return 'ISO-8859-1'

    @property
    def raw(self):
        return io.BytesIO(self.content)

    @property
    def text(self):
        encoding = self.encoding or self.apparent_encoding
        try:
            codecs.lookup(encoding)
        except LookupError:
            encoding = 'utf-8'
        return self.content.decode(encoding, 'replace')

    def json(self, **kwargs):
        try:
            if self.encoding is None:
                return json.loads(self.content, **kwargs)
            return json.loads(self.text, **kwargs)
        except json.JSONDecodeError as error:
            raise JSONDecodeError(error.msg, error.doc, error.pos, response=self) from None

    def iter_content(self, chunk_size=1, decode_unicode=False):
        data = self.text if decode_unicode else self.content
        size = chunk_size or len(data) or 1
        return (data[at:at + size] for at in range(0, len(data), size))

    def iter_lines(self, chunk_size=512, decode_unicode=False, delimiter=None):
        data = self.text if decode_unicode else self.content
        return iter(data.split(delimiter) if delimiter else data.splitlines())

    def raise_for_status(self):
        if 400 <= self.status_code < 600:
            side = 'Client' if self.status_code < 500 else 'Server'
            text = f'{self.status_code} {side} Error: {self.reason} for url: {self.url}'
            raise HTTPError(text, response=self, request=self.request)

    def close(self):
        pass


def _failure(reply, request):
    kinds = {'timeout': ReadTimeout, 'invalid': InvalidURL, 'connection': ConnectionError}
    return kinds.get(reply['error'], RequestException)(reply['message'], request=request)


class Session:
    def __init__(self):
        self.headers = CaseInsensitiveDict({
            'User-Agent': 'python-requests/2', 'Accept': '*/*',
        })
        self.auth = None
        self.params = {}
        self.cookies = {}
        self.verify = True
        self.proxies = {}

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def close(self):
        pass

    def request(self, method, url, params=None, data=None, headers=None, cookies=None, files=None, auth=None,
                timeout=None, allow_redirects=True, proxies=None, hooks=None, stream=None, verify=None, cert=None,
                json=None):
        merged_params = _pairs(self.params) + (parse_qsl(params) if isinstance(params, str) else _pairs(params or {}))
        full_url, url_auth = _full_url(url, merged_params)
        body, kind = _body(data, json, files)
        merged = self.headers.copy()
        if kind:
            merged['Content-Type'] = kind
        for name, value in (headers or {}).items():
            if value is None:
                merged.pop(name, None)
            else:
                merged[name] = value.decode('latin-1') if isinstance(value, bytes) else value
        jar = {**self.cookies, **(cookies or {})}
        if jar and 'Cookie' not in merged:
            merged['Cookie'] = '; '.join(f'{name}={value}' for name, value in jar.items())
        request = PreparedRequest(method.upper(), full_url, merged, body or None)
        auth = auth or self.auth or url_auth
        if auth:
            (HTTPBasicAuth(*auth) if isinstance(auth, tuple) else auth)(request)
        for name, value in merged.items():
            if not isinstance(value, str):
                raise InvalidHeader(f'Header part ({value!r}) from ({name!r}, {value!r}) must be of type str or bytes')
        if isinstance(timeout, tuple):
            timeout = None if None in timeout else sum(timeout)
        start = time.monotonic()
        reply, content = _exchange({
            'method': request.method, 'url': full_url, 'headers': [[name, value] for name, value in merged.items()],
            'follow': bool(allow_redirects), 'timeoutMs': None if timeout is None else timeout * 1000,
        }, body)
        if 'error' in reply:
            raise _failure(reply, request)
        return self._response(request, reply, content, time.monotonic() - start)

    def _response(self, request, reply, content, seconds):
        response = Response()
        response.status_code = reply['status']
        response.reason = reply['reason'] or http.client.responses.get(reply['status'], '')
        response.url = reply['url'] or request.url
        response.content = content
        response.request = request
        response.elapsed = datetime.timedelta(seconds=seconds)
        for name, value in reply['headers']:
            if name in response.headers:
                value = f'{response.headers[name]}, {value}'
            response.headers[name] = value
            if name.lower() == 'set-cookie':
                key, _, rest = value.partition('=')
                response.cookies[key.strip()] = rest.partition(';')[0]
        self.cookies.update(response.cookies)
        response.encoding = _encoding(response.headers.get('content-type', ''))
        return response

    def get(self, url, **kwargs):
        return self.request('GET', url, **kwargs)

    def options(self, url, **kwargs):
        return self.request('OPTIONS', url, **kwargs)

    def head(self, url, **kwargs):
        kwargs.setdefault('allow_redirects', False)
        return self.request('HEAD', url, **kwargs)

    def post(self, url, data=None, json=None, **kwargs):
        return self.request('POST', url, data=data, json=json, **kwargs)

    def put(self, url, data=None, **kwargs):
        return self.request('PUT', url, data=data, **kwargs)

    def patch(self, url, data=None, **kwargs):
        return self.request('PATCH', url, data=data, **kwargs)

    def delete(self, url, **kwargs):
        return self.request('DELETE', url, **kwargs)


def request(method, url, **kwargs):
    return Session().request(method, url, **kwargs)


def get(url, params=None, **kwargs):
    return Session().get(url, params=params, **kwargs)


def options(url, **kwargs):
    return Session().options(url, **kwargs)


def head(url, **kwargs):
    return Session().head(url, **kwargs)


def post(url, data=None, json=None, **kwargs):
    return Session().post(url, data=data, json=json, **kwargs)


def put(url, data=None, **kwargs):
    return Session().put(url, data=data, **kwargs)


def patch(url, data=None, **kwargs):
    return Session().patch(url, data=data, **kwargs)


def delete(url, **kwargs):
    return Session().delete(url, **kwargs)


def _publish():
    def module(name, members):
        made = types.ModuleType(name)
        made.__dict__.update(members)
        for member in members.values():
            if getattr(member, '__module__', '') == 'heddle_requests':
                member.__module__ = name
        sys.modules[name] = made
        return made

    codes = types.SimpleNamespace(ok=200, **{status.name.lower(): status.value for status in http.HTTPStatus if status.name != 'OK'})
    exceptions = module('requests.exceptions', {item.__name__: item for item in _EXCEPTIONS})
    auth = module('requests.auth', {'HTTPBasicAuth': HTTPBasicAuth})
    structures = module('requests.structures', {'CaseInsensitiveDict': CaseInsensitiveDict})
    status_codes = module('requests.status_codes', {'codes': codes})
    functions = (request, get, options, head, post, put, patch, delete)
    names = ('RequestException', 'HTTPError', 'ConnectionError', 'Timeout', 'ConnectTimeout', 'ReadTimeout',
             'TooManyRedirects', 'URLRequired', 'JSONDecodeError')
    whole = module('requests', {
        **{item.__name__: item for item in functions},
        **{name: getattr(exceptions, name) for name in names},
        'Session': Session, 'session': Session, 'Response': Response, 'PreparedRequest': PreparedRequest,
        'codes': codes, 'exceptions': exceptions, 'auth': auth, 'structures': structures,
        'status_codes': status_codes, '__version__': '2.32.0',
    })
    whole.__path__ = []
    from importlib.machinery import ModuleSpec
    for name in ('requests', 'requests.exceptions', 'requests.auth', 'requests.structures', 'requests.status_codes'):
        sys.modules[name].__spec__ = ModuleSpec(name, None)

`

export const requestsSource = `${moduleSource}\n${encodingSource}\n_publish()\n`
