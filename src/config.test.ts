// The configuration: defaults, the environment, every problem with its place, and no secret in sight.

import { describe, expect, it } from 'vitest'
import { type Config, describeConfig, type Environment, parseConfig } from './config.ts'

const read = (file: unknown, environment: Environment = {}): Config => {
  const result = parseConfig({ file, environment })
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value
}
const problems = (file: unknown, environment: Environment = {}): string[] => {
  const result = parseConfig({ file, environment })
  return result.ok ? [] : result.issues.map((issue) => `${issue.path} ${issue.code}`)
}
// Spelled in two pieces, since the pattern is meant for the configuration and not for JavaScript.
const env = (name: string): string => `$\{${name}}`

describe('defaults', () => {
  it('are enough to start with nothing', () => {
    const config = read(undefined)
    expect(config).toMatchObject({
      dataDir: './.heddle',
      server: { host: '127.0.0.1', port: 3210 },
      providers: {},
      models: { default: { provider: 'offline', name: 'heddle-offline' }, allowSubstitute: true, aliases: {} },
      outbound: { allowPrivate: [], allowAll: false, allowPublic: true },
      runs: { steps: 500, timeMs: 1_200_000, parallelNodes: 10 },
      log: { level: 'info' },
    })
    expect(read(null)).toEqual(config)
    expect(read({ server: null, providers: null })).toEqual(config)
  })

  it('are frozen to the ground', () => {
    const config = read({ providers: { x: { type: 'ollama', models: ['m'] } } })
    expect(Object.isFrozen(config.providers.x?.models)).toBe(true)
    expect(() => Object.assign(config.server, { port: 1 })).toThrow()
  })
})

describe('the environment', () => {
  it('fills texts, numbers and flags', () => {
    const file = {
      server: { port: env('PORT'), host: `${env('A')}.${env('B')}` },
      outbound: { allowAll: env('FLAG') },
      dataDir: `$${env('A')}`,
    }
    const config = read(file, { PORT: '80', A: 'a', B: 'b', FLAG: 'true' })
    expect(config).toMatchObject({
      server: { port: 80, host: 'a.b' },
      outbound: { allowAll: true },
      dataDir: env('A'),
    })
  })

  it('does not read what a value contains as a reference again', () => {
    expect(read({ dataDir: env('A') }, { A: env('B') }).dataDir).toBe(env('B'))
  })

  it.each<[string, unknown, string[]]>([
    [
      'missing, with its place',
      { a: 1, dataDir: env('NO') },
      ['dataDir config/missing-variable', 'a config/unknown-key'],
    ],
    [
      'in a list',
      { outbound: { allowPrivate: ['x', env('NO')] } },
      ['outbound.allowPrivate[1] config/missing-variable'],
    ],
    ['a prototype name', { dataDir: env('constructor') }, ['dataDir config/missing-variable']],
    ['unclosed', { dataDir: '${A' }, ['dataDir config/bad-reference']],
    ['no name', { dataDir: env('a-b') }, ['dataDir config/bad-reference']],
    ['only one problem per place', { server: { port: env('NO') } }, ['server.port config/missing-variable']],
  ])('%s', (_title, file, expected) => {
    expect(problems(file, { A: 'x' })).toEqual(expected)
  })

  it('adds the customary accounts', () => {
    const config = read(undefined, {
      OPENAI_API_KEY: 'k1',
      OPENAI_BASE_URL: 'http://proxy/v1',
      ANTHROPIC_API_KEY: ' k2 ',
      GEMINI_API_KEY: '',
      OLLAMA_HOST: '0.0.0.0',
    })
    expect(config.providers).toEqual({
      openai: { type: 'openai-compatible', apiKey: 'k1', baseUrl: 'http://proxy/v1' },
      anthropic: { type: 'anthropic', apiKey: 'k2' },
      ollama: { type: 'ollama', baseUrl: 'http://127.0.0.1:11434' },
    })
  })

  it('leaves configured accounts alone', () => {
    const file = { providers: { openai: { type: 'openai-compatible', apiKey: 'mine' } } }
    expect(read(file, { OPENAI_API_KEY: 'other', OPENAI_BASE_URL: 'nonsense' }).providers).toEqual(file.providers)
  })

  it.each([
    ['localhost', 'http://localhost:11434'],
    [':9000', 'http://127.0.0.1:9000'],
    ['10.0.0.5:9000', 'http://10.0.0.5:9000'],
    ['http://host', 'http://host'],
    ['https://host/base/', 'https://host/base'],
    ['[::]:9000', 'http://127.0.0.1:9000'],
  ])('OLLAMA_HOST %s is %s', (host, baseUrl) => {
    expect(read(undefined, { OLLAMA_HOST: host }).providers.ollama).toEqual({ type: 'ollama', baseUrl })
  })

  it('takes several keys, and shows none', () => {
    const aws = { region: 'eu-central-1', accessKeyId: 'AKIA-1', secretAccessKey: 'hush-2', sessionToken: 'hush-3' }
    const providers = { many: { type: 'openai', apiKeys: ['hush-4', 'hush-5'] }, aws: { type: 'bedrock', ...aws } }
    const shown = JSON.stringify(describeConfig(read({ providers })))
    expect(shown).not.toMatch(/hush|AKIA/)
    expect(shown).toContain('"apiKeys":["***","***"]')
    const broken = {
      a: { type: 'openai', apiKey: 'x', apiKeys: ['y'] },
      b: { type: 'bedrock', region: 'eu-central-1', accessKeyId: 'x' },
      c: { type: 'azure' },
      d: { type: 'local', apiKey: 'x' },
    }
    expect(problems({ providers: { a: broken.a, b: broken.b } })).toEqual([
      'providers.a.apiKeys config/invalid',
      'providers.b config/invalid',
    ])
    expect(problems({ providers: { c: broken.c, d: broken.d } })).toEqual([
      'providers.c.baseUrl config/invalid',
      'providers.d.apiKey config/unknown-key',
    ])
  })

  it('says which variable is wrong', () => {
    const environment = { OLLAMA_HOST: 'a b', OPENAI_BASE_URL: 'nonsense' }
    expect(problems(undefined, environment)).toEqual([
      'environment.OPENAI_BASE_URL config/bad-host',
      'environment.OLLAMA_HOST config/bad-host',
    ])
  })
})

describe('Redis', () => {
  it('is none until it has an address', () => {
    expect(read(undefined).redis).toEqual({ prefix: 'heddle:' })
    expect(read({ redis: { url: env('R') } }, { R: 'rediss://u:p@h:1/2' }).redis.url).toBe('rediss://u:p@h:1/2')
    expect(problems({ redis: { url: 'http://h' } })).toEqual(['redis.url config/invalid'])
    expect(problems({ redis: { url: 'h:6379' }, sessions: { memoryMs: 0, redisMs: 3_000_000_000 } })).toEqual([
      'sessions.memoryMs config/invalid',
      'sessions.redisMs config/invalid',
      'redis.url config/invalid',
    ])
  })

  it('keeps its password to itself', () => {
    const config = read({ redis: { url: 'redis://user:s3cret@host:6379/2?password=s3cret' } })
    const text = JSON.stringify(describeConfig(config))
    expect(text).not.toContain('s3cret')
    expect(text).toContain('host:6379/2')
  })
})

describe('problems', () => {
  const provider = (fields: object) => ({ providers: { p: { type: 'openai-compatible', ...fields } } })
  it.each<[string, unknown, string[]]>([
    ['not a map', [1], [' config/not-a-map']],
    [
      'unknown keys, all of them',
      { a: 1, server: { b: 2, c: 3 } },
      ['server.b config/unknown-key', 'server.c config/unknown-key', 'a config/unknown-key'],
    ],
    ['__proto__', JSON.parse('{"__proto__": {"x": 1}}'), ['__proto__ config/unknown-key']],
    [
      'a model of another kind',
      { ...provider({ models: ['m', { name: 'e', kind: 'embedding' }] }), models: { embedding: 'p/m', speech: 'p/e' } },
      ['models.embedding config/wrong-kind', 'models.speech config/wrong-kind'],
    ],
    [
      'a vendor without such models',
      { providers: { p: { type: 'gemini' } }, models: { transcription: 'p/m', embedding: 'offline/heddle-offline' } },
      ['models.embedding config/wrong-kind', 'models.transcription config/wrong-kind'],
    ],
    ['port', { server: { port: 70_000 } }, ['server.port config/invalid']],
    ['fraction', { server: { port: 1.5 } }, ['server.port config/invalid']],
    ['kind of provider', { providers: { p: { type: 'x' } } }, ['providers.p.type config/invalid']],
    ['name of provider', { providers: { 'a/b': { type: 'ollama' } } }, ['providers.a/b config/invalid']],
    ['reserved provider', { providers: { offline: { type: 'ollama' } } }, ['providers.offline config/invalid']],
    ['address', provider({ baseUrl: 'ftp://x' }), ['providers.p.baseUrl config/invalid']],
    [
      'key in a model',
      provider({ models: ['a', { name: 'b', feature: [] }] }),
      ['providers.p.models[1].feature config/unknown-key'],
    ],
    [
      'feature',
      provider({ models: [{ name: 'b', features: ['x'] }] }),
      ['providers.p.models[0].features[0] config/invalid'],
    ],
    ['empty key', provider({ apiKey: '' }), ['providers.p.apiKey config/invalid']],
    ['default model form', { models: { default: 'gpt' } }, ['models.default config/invalid']],
    ['default provider', { models: { default: 'x/y' } }, ['models.default config/unknown-provider']],
    [
      'default model not served',
      { ...provider({ models: ['a'] }), models: { default: 'p/b' } },
      ['models.default config/unknown-model'],
    ],
    ['alias', { models: { aliases: { tongyi: 'nobody' } } }, ['models.aliases.tongyi config/unknown-provider']],
    ['level', { log: { level: 'loud' } }, ['log.level config/invalid']],
  ])('%s', (_title, file, expected) => {
    expect(problems(file)).toEqual(expected)
  })

  it('splits the default at the first slash only', () => {
    const file = { providers: { p: { type: 'ollama', models: ['a/b'] } }, models: { default: 'p/a/b' } }
    expect(read(file).models.default).toEqual({ provider: 'p', name: 'a/b' })
  })
})

describe('secrets', () => {
  const secret = 's3cr3t'
  const file = {
    providers: {
      p: {
        type: 'openai-compatible',
        apiKey: env('KEY'),
        headers: { 'x-auth': secret },
        baseUrl: `https://u:${secret}@host/v1?key=${secret}`,
      },
    },
  }

  it('are masked in the address of the database, and kept out of what is wrong with it', () => {
    const of = (url: string) => ({ database: { url } })
    const config = read(of(`postgres://heddle:${secret}@db:5432/heddle?schema=team_1`))
    const text = JSON.stringify(describeConfig(config))
    expect(text).not.toContain(secret)
    expect(text).toContain('db:5432/heddle')
    for (const url of [`mysql://u:${secret}@db/x`, `postgres://u:${secret}@db/x?schema=a-b`, secret]) {
      expect(problems(of(url))).toEqual(['database.url config/invalid'])
      expect(JSON.stringify(parseConfig({ file: of(url), environment: {} }))).not.toContain(secret)
    }
  })

  it('are masked in descriptions', () => {
    const text = JSON.stringify(describeConfig(read(file, { KEY: secret })))
    expect(text).not.toContain(secret)
    expect(text).toContain('x-auth')
    expect(text).toContain('host/v1')
  })

  it('are not in messages', () => {
    const wrong = { providers: { p: { ...file.providers.p, baseUrl: `x:${secret}`, apiKey: [secret], type: secret } } }
    for (const given of [wrong, { providers: { p: { ...wrong.providers.p, type: 'gemini' } } }]) {
      const result = parseConfig({ file: given, environment: { KEY: secret } })
      expect(result.ok).toBe(false)
      expect(JSON.stringify(result)).not.toContain(secret)
    }
  })
})
