// Who may import whom inside src/. Absent means forbidden; there is no ignore list. docs/architecture.md explains it.
const may = {
  base: [],
  wire: ['base'],
  db: ['base'],
  files: ['base'],
  flow: ['base'],
  sandbox: ['base'],
  outbound: ['base'],
  experiment: ['base'],
  queue: ['base', 'db:drivers'],
  model: ['base', 'db:drivers'],
  tool: ['base', 'sandbox'],
  knowledge: ['base', 'model', 'db:drivers'],
  agent: ['base', 'model', 'tool'],
  plugin: ['base', 'sandbox', 'flow:types', 'model:types', 'tool:types', 'knowledge:types'],
  nodes: ['base', 'flow', 'model', 'tool', 'sandbox', 'knowledge', 'agent'],
  product: [
    'base',
    'db',
    'files',
    'queue',
    'experiment',
    'flow',
    'model',
    'knowledge',
    'agent',
    'plugin',
    'tool:types',
    'nodes:types',
  ],
  api: ['base', 'wire', 'product', 'flow:types', 'model:types'],
  cli: ['base', 'wire', 'config.ts', 'engine.ts', 'platform.ts', 'product:types', 'flow:types'],
}
const outside = (names) => `^src/(?!(${names.map((name) => name.replace('.', '[.]')).join('|')})(/|$))`
const tests = '[.]test[.]ts$'
const rules = Object.entries(may).flatMap(([folder, list]) => {
  const values = [folder, ...list.filter((name) => !name.includes(':'))]
  const types = [...values, ...list.filter((name) => name.endsWith(':types')).map((name) => name.slice(0, -6))]
  const drivers = [...types, ...list.filter((name) => name.endsWith(':drivers')).map((name) => name.slice(0, -8))]
  const core = { path: `^src/${folder}/`, pathNot: ['/drivers/', tests] }
  return [
    { name: `${folder}: not in the table`, severity: 'error', from: core, to: { path: outside(types) } },
    {
      name: `${folder}: types only`,
      severity: 'error',
      from: core,
      to: { path: outside(values), dependencyTypesNot: ['type-only'] },
    },
    {
      name: `${folder}: driver`,
      severity: 'error',
      from: { path: `^src/${folder}/.*/?drivers/`, pathNot: tests },
      to: { path: outside(drivers) },
    },
  ]
})
const closed = Object.keys(may).filter((name) => !['db', 'api', 'cli', 'wire'].includes(name))
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'packages enter in drivers',
      severity: 'error',
      from: { path: `^src/(${closed.join('|')})/`, pathNot: ['/drivers/', tests] },
      to: { path: 'node_modules/', pathNot: 'node_modules/(zod|@types)/' },
    },
    {
      name: 'only cli builds the platform',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/cli/', '^src/platform[.]ts$', tests] },
      to: { path: '^src/(platform|engine)[.]ts$' },
    },
    ...rules,
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
}
