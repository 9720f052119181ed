// Claim: the engine costs at most 5 µs per node with all events consumed, and is at least 100 times faster than LangGraph.js.
// Three graphs, each as a Heddle app graph of template-like nodes (real kinds: template-transform, iteration), as a LangGraph.js
// graph and as a hand-written async chain. The work inside a node is the same small text each time.

import { setMaxListeners } from 'node:events'
import { Annotation, END, Send, START, StateGraph } from '@langchain/langgraph'
import { createIds, systemClock } from '../dist/base/seams.js'
import { compile } from '../dist/flow/compile.js'
import { run } from '../dist/flow/run.js'
import { nodeKinds } from '../dist/nodes/kinds.js'
import { machine, measure, quantile, table } from './support/measure.mjs'

// LangGraph.js listens to one signal once per parallel node; Node would warn about each.
setMaxListeners(0)

const CHAIN = 1000
const FAN = 100
const ITEMS = 1000
const ids = createIds(systemClock)

const node = (id, data, parentId) => ({ id, data: { title: id, ...data }, ...(parentId && { parentId }) })
const edge = (source, target) => ({ source, target, sourceHandle: 'source' })
const template = (id, selector, parentId) =>
  node(
    id,
    { type: 'template-transform', template: '{{ x }}', variables: [{ variable: 'x', value_selector: selector }] },
    parentId,
  )
const start = node('start', {
  type: 'start',
  variables: [{ variable: 'x', label: 'x', type: 'text-input', required: true }],
})
const end = (selector) =>
  node('end', { type: 'end', outputs: [{ variable: 'out', value_selector: selector, value_type: 'string' }] })

const chain = () => {
  const nodes = [start]
  const edges = []
  for (let i = 0; i < CHAIN; i++) {
    nodes.push(template(`t${i}`, i === 0 ? ['start', 'x'] : [`t${i - 1}`, 'output']))
    edges.push(edge(i === 0 ? 'start' : `t${i - 1}`, `t${i}`))
  }
  return { nodes: [...nodes, end([`t${CHAIN - 1}`, 'output'])], edges: [...edges, edge(`t${CHAIN - 1}`, 'end')] }
}

const fan = () => {
  const names = Array.from({ length: FAN }, (_, i) => `t${i}`)
  return {
    nodes: [start, ...names.map((name) => template(name, ['start', 'x'])), end(['t0', 'output'])],
    edges: names.flatMap((name) => [edge('start', name), edge(name, 'end')]),
  }
}

const iteration = () => ({
  nodes: [
    node('start', { type: 'start', variables: [{ variable: 'x', label: 'x', type: 'json_object', required: true }] }),
    node('each', {
      type: 'iteration',
      start_node_id: 'eachstart',
      iterator_selector: ['start', 'x', 'items'],
      output_selector: ['t', 'output'],
      is_parallel: false,
      parallel_nums: 10,
      error_handle_mode: 'terminated',
      output_type: 'array[string]',
    }),
    node('eachstart', { type: 'iteration-start' }, 'each'),
    template('t', ['each', 'item'], 'each'),
    end(['each', 'output']),
  ],
  edges: [edge('start', 'each'), edge('eachstart', 't'), edge('each', 'end')],
})

const heddle = (graph, inputs) => {
  const compiled = compile(graph, { kinds: nodeKinds, mode: 'workflow' })
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.issues))
  const request = {
    inputs,
    system: {},
    environment: {},
    conversation: {},
    services: {},
    clock: systemClock,
    ids,
    limits: { steps: 1_000_000 },
  }
  return async () => {
    let last
    for await (const event of run(compiled.value, request)) last = event
    if (last.status !== 'succeeded') throw new Error(`the run ended as ${last.status}: ${last.failure?.message}`)
  }
}

const State = Annotation.Root({ x: Annotation({ reducer: (_, next) => next, default: () => '' }) })
const Texts = Annotation.Root({
  x: Annotation({ reducer: (_, next) => next, default: () => '' }),
  item: Annotation({ reducer: (_, next) => next, default: () => '' }),
  out: Annotation({ reducer: (list, next) => list.concat(next), default: () => [] }),
})

const langGraph = (build, input) => {
  const graph = build()
  return async () => {
    for await (const _ of await graph.stream(input, { recursionLimit: CHAIN + 10, streamMode: 'updates' })) {
      // Events are consumed, as Heddle's are.
    }
  }
}

const langChain = () => {
  const graph = new StateGraph(State)
  for (let i = 0; i < CHAIN; i++) graph.addNode(`t${i}`, async (state) => ({ x: `${state.x}` }))
  graph.addEdge(START, 't0')
  for (let i = 1; i < CHAIN; i++) graph.addEdge(`t${i - 1}`, `t${i}`)
  return graph.addEdge(`t${CHAIN - 1}`, END).compile()
}

const langFan = () => {
  const graph = new StateGraph(Texts)
  for (let i = 0; i < FAN; i++) graph.addNode(`t${i}`, async (state) => ({ out: [`${state.x}`] }))
  for (let i = 0; i < FAN; i++) graph.addEdge(START, `t${i}`).addEdge(`t${i}`, END)
  return graph.compile()
}

const langIteration = () =>
  new StateGraph(Texts)
    .addNode('t', async (state) => ({ out: [`${state.item}`] }))
    .addConditionalEdges(START, () => Array.from({ length: ITEMS }, (_, i) => new Send('t', { item: `item ${i}` })))
    .addEdge('t', END)
    .compile()

const handChain = () => {
  const steps = Array.from({ length: CHAIN }, () => async (x) => `${x}`)
  return async () => {
    let x = 'hello'
    for (const step of steps) x = await step(x)
  }
}
const handFan = () => {
  const steps = Array.from({ length: FAN }, () => async (x) => `${x}`)
  return async () => void (await Promise.all(steps.map((step) => step('hello'))))
}
const handIteration = () => {
  const items = Array.from({ length: ITEMS }, (_, i) => `item ${i}`)
  const step = async (x) => `${x}`
  return async () => {
    const out = []
    for (const item of items) out.push(await step(item))
  }
}

const items = Array.from({ length: ITEMS }, (_, i) => `item ${i}`)
const cases = [
  ['chain of 1,000', CHAIN, heddle(chain(), { x: 'hello' }), langGraph(langChain, { x: 'hello' }), handChain(), 5],
  ['fan-out of 100', FAN, heddle(fan(), { x: 'hello' }), langGraph(langFan, { x: 'hello' }), handFan(), 40],
  [
    'iteration of 1,000',
    ITEMS,
    heddle(iteration(), { x: { items } }),
    langGraph(langIteration, { x: 'hello' }),
    handIteration(),
    5,
  ],
]

console.log(`${machine()}\nMicroseconds per node, p50, events consumed\n`)
const rows = [['graph', 'Heddle', 'LangGraph.js', 'hand-written', 'LangGraph.js / Heddle']]
for (const [name, count, ours, theirs, hand, langRounds] of cases) {
  const perNode = async (work, rounds) => (quantile(await measure(work, { rounds }), 0.5) * 1000) / count
  const a = await perNode(ours, 200)
  const b = await perNode(theirs, langRounds)
  const c = await perNode(hand, 500)
  rows.push([name, a.toFixed(2), b.toFixed(1), c.toFixed(3), `${(b / a).toFixed(0)}×`])
}
table(rows)
