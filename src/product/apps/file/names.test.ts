// Names: versions in their order, providers in full, packages of Python code.

import { describe, expect, it } from 'vitest'
import { expandModelProvider, expandToolProvider, parseProviderName, pluginOf } from './provider-names.ts'
import { findPythonImports, missingPythonPackages, usesNetwork } from './python-imports.ts'
import { compareVersions, parseVersion, type Version } from './version.ts'

describe('versions', () => {
  const ascending = [
    '0.1',
    '0.1.2',
    '0.1.10',
    '0.2.dev1',
    '0.2a1',
    '0.2a2.dev1',
    '0.2a2',
    '0.2b1',
    '0.2rc1',
    '0.2',
    '0.2.post1',
    '0.3',
    '1.0',
    '1!0.1',
  ]
  it('are in PEP 440 order', () => {
    const versions = ascending.map((text) => parseVersion(text) as Version)
    for (const [i, a] of versions.entries()) {
      for (const [j, b] of versions.entries()) {
        expect([ascending[i], ascending[j], Math.sign(compareVersions(a, b))]).toEqual([
          ascending[i],
          ascending[j],
          Math.sign(i - j),
        ])
      }
    }
  })
  it('have several spellings', () => {
    for (const text of ['v0.2.0', ' 0.2 ', '0.2.0.0', '0.2+local.1']) {
      expect(compareVersions(parseVersion(text) as Version, parseVersion('0.2') as Version)).toBe(0)
    }
    for (const text of ['', 'x', '1.', '.1', '1..2', '1.0-', '1 0', `1${'.0'.repeat(60)}`])
      expect(parseVersion(text)).toBeUndefined()
  })
})

describe('providers', () => {
  const rows: readonly [string, string, string][] = [
    ['openai', 'langgenius/openai/openai', 'langgenius/openai/openai'],
    ['google', 'langgenius/gemini/google', 'langgenius/google/google'],
    ['jina', 'langgenius/jina/jina', 'langgenius/jina_tool/jina'],
    ['gitee_ai', 'langgenius/gitee_ai/gitee_ai', 'langgenius/gitee_ai_tool/gitee_ai'],
    ['time', 'langgenius/time/time', 'time'],
    ['org/plugin/name', 'org/plugin/name', 'org/plugin/name'],
    ['constructor', 'langgenius/constructor/constructor', 'langgenius/constructor/constructor'],
    ['Two Words', 'Two Words', 'Two Words'],
    ['', '', ''],
  ]
  for (const [name, model, tool] of rows) {
    it(JSON.stringify(name), () => expect([expandModelProvider(name), expandToolProvider(name)]).toEqual([model, tool]))
  }
  it('have three parts', () => {
    expect(parseProviderName('a/b/c')).toEqual({ organization: 'a', plugin: 'b', provider: 'c' })
    for (const name of ['a', 'a/b', 'a/b/c/d', '//', 'a/b/']) expect(parseProviderName(name)).toBeUndefined()
    expect([pluginOf('a/b/c'), pluginOf('time')]).toEqual(['a/b', undefined])
  })
})

describe('Python imports', () => {
  const rows: readonly [string, readonly string[], boolean][] = [
    ['import json, re as r\nfrom os import path', [], false],
    ['import pandas as pd\nimport numpy', ['pandas', 'numpy'], false],
    [
      'def main():\n    import jieba\n    if 1: from sympy.core import x; import httpx\n',
      ['jieba', 'sympy', 'httpx'],
      false,
    ],
    ['from a.b import (\n  c,\n  d as e\n)\nfrom . import f', ['a'], false],
    ['"""\nimport inside\n"""\n# import comment\nx = "import text"\nimport \\\n  really', ['really'], false],
    ["x = 'it\\'s' # don't\nimport yaml", ['yaml'], false],
    ['importlib = 1\nimported = 2\nx.import_it()', [], false],
    ['import requests\n# requests.get("x")', [], false],
    ['import requests\nrequests.get("x")', [], true],
    ['import json,requests as r\nr.get(1)\nxr.get()', [], true],
    ['import json,requests as r\nxr.get()\na.r.get()', [], false],
    ['from requests import get', [], true],
    ['from urllib import request', [], true],
    ['from urllib.parse import quote\nimport urllib.parse\nurllib.parse.quote("")', [], false],
    ['import urllib.request\nurllib.request.urlopen("")', [], true],
    ['import urllib.request\nurllib.parse.quote("")', [], false],
    ['from httpx._client import Client', ['httpx'], true],
    ['x = """unfinished\nimport a', [], false],
    ['', [], false],
  ]
  for (const [code, packages, network] of rows) {
    it(JSON.stringify(code), () => {
      expect(missingPythonPackages(code)).toEqual(packages)
      expect(usesNetwork(code)).toBe(network)
    })
  }
  it('know their names', () => {
    expect(findPythonImports('import a.b as c, d\nfrom e import f as g, h')).toEqual([
      { module: 'a.b', names: ['c'], members: false },
      { module: 'd', names: ['d'], members: false },
      { module: 'e', names: ['g', 'h'], members: true },
    ])
    expect(missingPythonPackages('import pandas, numpy', ['pandas'])).toEqual(['numpy'])
  })
  it('are found in long code without delay', () => {
    const code = `${'('.repeat(50_000)}${'import ('.repeat(20_000)}${' \\\n'.repeat(50_000)}${"'".repeat(9_999)}`
    expect(missingPythonPackages(code)).toEqual([])
  })
})
