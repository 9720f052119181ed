// Python text, part of the module that requests-shim.mjs makes: how addresses, forms and uploads are written, and which
// character set a response has. Uses that module's imports and errors.

export const encodingSource = String.raw`
def _pairs(data):
    items = data.items() if isinstance(data, collections.abc.Mapping) else data
    result = []
    for key, value in items:
        if isinstance(value, (str, bytes)) or not hasattr(value, '__iter__'):
            value = [value]
        result += [(key, item) for item in value if item is not None]
    return result


def _form_parts(data, files):
    boundary = uuid.uuid4().hex
    parts = []

    def add(name, content, filename=None, kind=None):
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        if filename is not None:
            head += f'; filename="{filename}"'
        if kind is not None:
            head += f'\r\nContent-Type: {kind}'
        content = content.read() if hasattr(content, 'read') else content
        content = content if isinstance(content, (bytes, bytearray)) else str(content).encode('utf-8')
        parts.append(head.encode('utf-8') + b'\r\n\r\n' + bytes(content) + b'\r\n')

    for key, value in _pairs(data or {}):
        add(key, value)
    for name, value in files.items() if isinstance(files, collections.abc.Mapping) else files:
        if isinstance(value, (tuple, list)):
            add(name, value[1], value[0], value[2] if len(value) > 2 else mimetypes.guess_type(value[0] or '')[0])
        else:
            add(name, value, os.path.basename(getattr(value, 'name', name)))
    return b''.join(parts) + f'--{boundary}--\r\n'.encode(), f'multipart/form-data; boundary={boundary}'


def _body(data, json_value, files):
    if files:
        return _form_parts(data, files)
    if data:
        if isinstance(data, str):
            return data.encode('utf-8'), None
        if isinstance(data, (bytes, bytearray)):
            return bytes(data), None
        if hasattr(data, 'read'):
            content = data.read()
            return content.encode('utf-8') if isinstance(content, str) else content, None
        return urlencode(_pairs(data)).encode('ascii'), 'application/x-www-form-urlencoded'
    if json_value is not None:
        try:
            return json.dumps(json_value, allow_nan=False).encode('utf-8'), 'application/json'
        except ValueError as error:
            raise InvalidJSONError(error) from None
    return b'', None


def _full_url(url, params):
    url = url.decode('utf-8') if isinstance(url, bytes) else str(url)
    url = url.lstrip()
    parts = urlsplit(url)
    if not parts.scheme:
        raise MissingSchema(f'Invalid URL {url!r}: No scheme supplied. Perhaps you meant https://{url}?')
    if parts.scheme.lower() not in ('http', 'https'):
        raise InvalidSchema(f'No connection adapters were found for {url!r}')
    if not parts.hostname:
        raise InvalidURL(f'Invalid URL {url!r}: No host supplied')
    auth = None
    if parts.username is not None:
        auth = (unquote(parts.username), unquote(parts.password or ''))
    query = parts.query
    if params:
        extra = params if isinstance(params, str) else urlencode(_pairs(params))
        query = f'{query}&{extra}' if query else extra
    path = quote(parts.path or '/', safe="!#$%&'()*+,/:;=?@[]~")
    query = quote(query, safe="!#$%&'()*+,/:;=?@[]~")
    return urlunsplit((parts.scheme, parts.netloc.rpartition('@')[2], path, query, '')), auth


def _encoding(content_type):
    kind, _, parameters = content_type.partition(';')
    for parameter in parameters.split(';'):
        key, _, value = parameter.partition('=')
        if key.strip().lower() == 'charset' and value:
            return value.strip().strip('\'"')
    kind = kind.strip().lower()
    return 'ISO-8859-1' if kind.startswith('text/') else 'utf-8' if kind == 'application/json' else None
`
