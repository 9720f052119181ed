// Every spelling of a closed address that we know, against real servers on both loopbacks: none may see a connection.

import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGuardedFetch } from './undici.ts'

const LITERALS = [
  // loopback, spelt in every way the URL standard reads
  ...['127.0.0.1', '127.1', '127.0.1', '127.0.0.1.', '127.1.', '127.255.255.254', '127.127.127.127', '2130706433'],
  ...['2130706433.', '0x7f000001', '0x7F000001', '0x7f.1', '0x7f.0.0.1', '0x7f.0x0.0x0.0x1', '0x7f.0.1', '0X7F.0.0.1'],
  ...['0177.0.0.1', '0177.1', '0177.0.1', '017700000001', '00000177.0.0.1', '0177.0x0.0.1', '127.0x1', '127.01'],
  ...['0x000000007f.0.0.1', '127.00.00.01', '127.0.00.0x1', '0x7f.000000001'],
  ...[
    '１２７.０.０.１',
    '127。0。0。1',
    '127．0．0．1',
    '127｡0｡0｡1',
    '①②⑦.⓪.⓪.①',
    '%31%32%37.0.0.1',
    '127%2e0%2e0%2e1',
    '１２７.１',
  ],
  ...['ⅼocalhost', 'loc\u00adalhost', 'localho\u017ft', '𝟏𝟐𝟕.𝟎.𝟎.𝟏', '127.0.0.1%2E'],
  ...['127.0.0.0x', '0x7f.0.0.0x1', '0x7f.0.01', '0177.00.00.01', '127.0.257'],
  // "this host"
  ...[
    '0',
    '0.',
    '0.0.0.0',
    '0.0.0.0.',
    '00',
    '000000',
    '0x0',
    '0x00000000',
    '0x',
    '0.0',
    '0.0.0',
    '0.1.2.3',
    '0.255.255.255',
  ],
  // private, shared, link local, metadata
  ...['10.0.0.1', '10.255.255.255', '10.1', '167772161', '0xa000001', '012.0.0.1', '172.16.0.1', '172.31.255.255'],
  ...[
    '2886729729',
    '0xac100001',
    '192.168.0.1',
    '192.168.255.255',
    '192.168.1',
    '3232235777',
    '0xc0a80101',
    '0300.0250.1.1',
  ],
  ...['100.64.0.1', '100.127.255.255', '100.100.100.200', '1681915904', '169.254.169.254', '169.254.1', '2852039166'],
  ...['0xa9fea9fe', '0xA9.0xFE.0xA9.0xFE', '0251.0376.0251.0376', '169.254.43518', '169.16689662', '169.254.170.2'],
  ...['169.254.0.0', '169.254.255.255', '168.63.129.16', '0xa83f8110', '192.0.0.192'],
  // reserved, test, benchmark, multicast, broadcast
  ...['192.0.0.1', '192.0.0.170', '192.0.2.1', '192.88.99.1', '198.18.0.1', '198.19.255.255', '198.51.100.7'],
  ...[
    '203.0.113.9',
    '224.0.0.1',
    '239.255.255.250',
    '240.0.0.1',
    '254.1.1.1',
    '255.255.255.255',
    '4294967295',
    '0xffffffff',
  ],
  // IPv6
  ...['[::1]', '[0:0:0:0:0:0:0:1]', '[0000:0000:0000:0000:0000:0000:0000:0001]', '[::0001]', '[0::1]', '[::]', '[0::]'],
  ...['[::0.0.0.1]', '[::ffff:127.0.0.1]', '[::FFFF:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:7f00:1]'],
  ...[
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[::ffff:10.0.0.1]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[::ffff:0:0]',
  ],
  ...['[::127.0.0.1]', '[::7f00:1]', '[::10.0.0.1]', '[::a9fe:a9fe]', '[::ffff:0:127.0.0.1]', '[::ffff:0:7f00:1]'],
  ...[
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::a9fe:a9fe]',
    '[64:ff9b::10.0.0.1]',
    '[64:ff9b:1::127.0.0.1]',
  ],
  ...['[64:ff9b:1:7f00:0:100::]', '[2002:7f00:1::]', '[2002:7f00:1::1]', '[2002:a9fe:a9fe::]', '[2002:a00:1::1]'],
  ...[
    '[2002:c0a8:101::1]',
    '[2001::1]',
    '[2001:0:7f00:1::]',
    '[2001:0:53aa:64c:0:fbff:80ff:fffe]',
    '[fe80::1]',
    '[fe80::]',
  ],
  ...[
    '[febf::1]',
    '[fec0::1]',
    '[feff::1]',
    '[fc00::1]',
    '[fd00::1]',
    '[fd00:ec2::254]',
    '[fdff:ffff::1]',
    '[ff02::1]',
  ],
  ...[
    '[ff01::1]',
    '[100::1]',
    '[2001:db8::1]',
    '[3fff::1]',
    '[5f00::1]',
    '[2001:2::1]',
    '[2001:10::1]',
    '[2001:20::1]',
  ],
  ...['[4000::1]', '[1::1]', '[8000::1]', '[2a00::5efe:7f00:1]', '[2a00::200:5efe:7f00:1]', '[2a00::5efe:10.0.0.1]'],
  // reserved names
  ...[
    'localhost',
    'LOCALHOST',
    'LocalHost',
    'localhost.',
    'localhost..',
    'app.localhost',
    'a.b.localhost.',
    'localhost.localdomain',
  ],
  ...[
    '%6cocalhost',
    'ｌｏｃａｌｈｏｓｔ',
    'ⓛⓞⓒⓐⓛⓗⓞⓢⓣ',
    'printer.local',
    'printer.local.',
    'metadata.google.internal',
    'metadata',
  ],
  ...[
    'METADATA.google.internal.',
    'instance-data',
    'instance-data.ec2.internal',
    'metadata.goog',
    'metadata.tencentyun.com',
  ],
  ...['db.internal', 'host.docker.internal', 'router.home.arpa', 'internal', 'local'],
  // the part before the @ is not the host
  ...[
    'example.com@127.0.0.1',
    'example.com:80@127.0.0.1',
    'example.com%20@127.0.0.1',
    'a:b@[::1]',
    '8.8.8.8@2130706433',
  ],
  ...['example.com%23@127.0.0.1', 'example.com%2f@127.0.0.1', 'user@localhost'],
]

const MALFORMED = [
  ...[
    '[fe80::1%25eth0]',
    '[fe80::1%eth0]',
    '[::1%25lo]',
    '[::1%lo]',
    '[127.0.0.1]',
    '[::1',
    '::1',
    '127.0.0.1.1',
    '256.0.0.1',
  ],
  ...[
    '127.0.0.256',
    '4294967296',
    '0x100000000',
    '1.2.3.4.5',
    '08.0.0.1',
    '127.0.0.1 ',
    'exa mple',
    '',
    '%00',
    'a%00b',
  ],
  ...['[::ffff:127.0.0.256]', '[1:2:3]', '[v1.x]', 'a^b', 'a|b', 'xn--', 'ex%zzample', '127.0.0.1<'],
]

const SCHEMES = [
  ...[
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1:70/_x',
    'data:text/plain,hi',
    'unix:/var/run/docker.sock',
  ],
  ...[
    'javascript:alert(1)',
    'ws://127.0.0.1/',
    'blob:http://127.0.0.1/x',
    'http+unix://%2Fvar%2Frun/x',
    'about:blank',
    'dict://127.0.0.1:11211/',
  ],
]

let servers: Server[] = []
let port = 0
let connections = 0

const listen = (host: string, at: number): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      connections++
      socket.resume().end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    })
    server.once('error', () => resolve(undefined))
    server.listen(at, host, () => resolve(server))
  })

beforeAll(async () => {
  const first = await listen('127.0.0.1', 0)
  if (!first) throw new Error('no loopback')
  port = (first.address() as AddressInfo).port
  const second = await listen('::1', port)
  if (!second) console.warn('IPv6 loopback is not there: its forms are checked without a listener')
  servers = second ? [first, second] : [first]
})
afterAll(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
})

const lookups: string[] = []
const guarded = createGuardedFetch(
  { allowPrivate: [], connectTimeoutMs: 2_000 },
  {
    lookup: async (name) => {
      lookups.push(name)
      return [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ]
    },
  },
)
const codeOf = (url: string) =>
  guarded(url).then(
    (response) => `answered ${response.status}`,
    (error) => error.code,
  )

describe('closed addresses', () => {
  test('the table is as large as it claims', () => {
    expect(new Set(LITERALS).size).toBe(LITERALS.length)
    expect(LITERALS.length).toBeGreaterThanOrEqual(200)
  })

  test('the servers answer when they are allowed', async () => {
    const open = createGuardedFetch({ allowPrivate: [], allowAll: true })
    expect((await open(`http://127.0.0.1:${port}/`)).status).toBe(200)
    expect(connections).toBe(1)
    connections = 0
    await open.close()
  })

  test('where public addresses are closed, nothing but the list is reached or even resolved', async () => {
    const names: string[] = []
    const lookup = async (name: string) => {
      names.push(name)
      return [{ address: '93.184.216.34', family: 4 }]
    }
    const shut = createGuardedFetch({ allowPrivate: ['127.0.0.1'], allowPublic: false }, { lookup })
    const code = (url: string) =>
      shut(url).then(
        () => 'answered',
        (error) => error.code,
      )
    expect(await code(`http://127.0.0.1:${port}/`)).toBe('answered')
    expect(await code('http://93.184.216.34/')).toBe('outbound/forbidden-address')
    expect(await code('http://example.com/')).toBe('outbound/forbidden-address')
    await shut.close()
    const closed = createGuardedFetch({ allowPrivate: ['intranet.example'], allowPublic: false }, { lookup })
    names.length = 0
    await expect(closed('http://example.com/')).rejects.toMatchObject({ code: 'outbound/forbidden-address' })
    expect(names).toEqual([])
    await closed.close()
    connections = 0
  })

  test.each(LITERALS)('%s', async (host) => {
    expect(await codeOf(`http://${host}:${port}/`)).toBe('outbound/forbidden-address')
    expect(await codeOf(`https://${host}:${port}/`)).toBe('outbound/forbidden-address')
    expect(lookups).toEqual([])
    expect(connections).toBe(0)
  })

  test.each(MALFORMED)('unreadable: %j', async (host) => {
    expect(await codeOf(`http://${host}:${port}/`)).toBe('outbound/bad-url')
    expect(connections).toBe(0)
  })

  test.each(SCHEMES)('%s', async (url) => {
    expect(await codeOf(url)).toBe('outbound/forbidden-scheme')
    expect(connections).toBe(0)
  })

  test('odd slashes and backslashes lead to the same host', async () => {
    for (const url of [
      `http:\\\\127.0.0.1:${port}`,
      `http:/127.0.0.1:${port}`,
      `http:127.0.0.1:${port}`,
      `\thttp://127.0.0.1:${port}`,
    ]) {
      expect(await codeOf(url)).toBe('outbound/forbidden-address')
    }
    expect(await codeOf(`http://127.0.0.1:${port}\\@example.com/`)).toBe('outbound/forbidden-address')
    expect(connections).toBe(0)
  })

  test('names that resolve to closed addresses never connect', async () => {
    for (const name of [
      'rebind.example',
      '127.0.0.1.nip.io',
      'localtest.me',
      'xn--bcher-kva.example',
      'bücher.example',
      'redis',
    ]) {
      expect(await codeOf(`http://${name}:${port}/`)).toBe('outbound/forbidden-address')
      expect(await codeOf(`https://${name}:${port}/`)).toBe('outbound/forbidden-address')
    }
    expect(lookups.length).toBe(12)
    expect(connections).toBe(0)
  })
})
