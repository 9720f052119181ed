// A server that is killed in the middle of a run, and the one that starts after it; a server that is asked to end.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answer, appFile, chain, end, humanInput, llm, start, template } from '../support/app-files.ts'
import { runCommand, startCommand } from '../support/built-command.ts'
import { databases, noteSkippedDatabases } from '../support/databases.ts'
import { withOpenAi } from '../support/platform.ts'
import { followStream, openStream, post, type ServiceCall } from '../support/service-stream.ts'
import { startOpenAi } from '../support/vendors/openai.ts'
import type { VendorServer } from '../support/vendors/vendor-server.ts'

noteSkippedDatabases()

describe.each(databases)('a server on $name', ({ name, makePlace }) => {
  const place = makePlace()
  const folder = mkdtempSync(join(tmpdir(), 'heddle-killed-'))
  // Where the server looks for SQLite's file.
  const data = name === 'sqlite' ? dirname(place.location) : join(folder, 'data')
  const config = join(folder, 'config.yaml')
  const where = ['--data', data, '--config', config]
  let vendor: VendorServer
  let key: string

  beforeAll(async () => {
    vendor = await startOpenAi()
    writeFileSync(
      config,
      JSON.stringify({ ...withOpenAi(vendor), ...(name === 'postgres' && { database: { url: place.location } }) }),
    )
    const app = appFile({
      mode: 'advanced-chat',
      nodes: { start: start(), llm: llm('{{#sys.query#}}'), answer: answer('{{#llm.text#}}') },
      edges: chain('start', 'llm', 'answer'),
    })
    writeFileSync(join(folder, 'app.yml'), JSON.stringify(app))
    const imported = await runCommand(['import', join(folder, 'app.yml'), '--json', ...where])
    const created = await runCommand(['keys', 'create', '--app', JSON.parse(imported.stdout).app.id, ...where])
    key = created.stdout.trim()
  })
  afterAll(async () => {
    await vendor.close()
    await place.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const serve = () => startCommand(['serve', '--port', '0', '--json', ...where])

  /** A run whose model holds its words back. */
  const startHeld = async (call: ServiceCall) => {
    vendor.fault({ type: 'hold', afterBytes: 900 })
    const stream = await openStream(call, '/v1/chat-messages', { query: 'Go.', inputs: {}, user: 'ada' })
    const { workflow_run_id, conversation_id: conversationId } = await stream.until('workflow_started')
    await stream.until('message')
    return { stream, runId: `run_${workflow_run_id}` as const, conversationId }
  }

  const rowOf = async (runId: `run_${string}`) => {
    const database = await place.open()
    try {
      return await database.kysely.selectFrom('runs').selectAll().where('id', '=', runId).executeTakeFirstOrThrow()
    } finally {
      await database.close()
    }
  }

  const nodesOf = async (runId: `run_${string}`) => {
    const database = await place.open()
    try {
      const nodes = database.kysely.selectFrom('node_executions').select('node_id').where('run_id', '=', runId)
      return (await nodes.orderBy('position').execute()).map((node) => node.node_id)
    } finally {
      await database.close()
    }
  }

  it('that is killed leaves runs behind, which the next start ends as failed', async () => {
    await using first = serve()
    const { url } = JSON.parse(await first.line())
    const { stream, runId, conversationId } = await startHeld({ url, key })
    const drained = stream.rest().catch(() => 'cut')
    await first.end('SIGKILL')
    expect(await drained).toBe('cut')
    expect(await rowOf(runId)).toMatchObject({ status: 'running', finished_at: null })

    await using second = serve()
    const again = JSON.parse(await second.line())
    expect(await rowOf(runId)).toMatchObject({
      status: 'failed',
      error_code: 'run/interrupted',
      error: expect.stringContaining('ended before the run did'),
      finished_at: expect.any(Number),
    })
    // The question is kept, and says that its answer never came.
    const headers = { authorization: `Bearer ${key}` }
    const address = `${again.url}/v1/messages?user=ada&conversation_id=${conversationId}`
    expect(await (await fetch(address, { headers })).json()).toMatchObject({
      data: [{ query: 'Go.', answer: '', status: 'error', error: expect.stringContaining('ended before the run did') }],
    })
    // And goes on serving.
    vendor.reply({ text: 'Back.' })
    await using next = await openStream({ url: again.url, key }, '/v1/chat-messages', {
      query: 'Go.',
      inputs: {},
      user: 'ada',
    })
    expect((await next.rest()).at(-1)?.data.status).toBe('succeeded')
    expect(await second.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
  })

  it('that is killed while a run waits for people leaves it waiting, and the next one lets it go on', async () => {
    const app = appFile({
      mode: 'workflow',
      nodes: { start: start(), ask: humanInput(), last: end({ said: ['ask', 'note'] }) },
      edges: ['start>ask', 'ask:ok>last'],
    })
    writeFileSync(join(folder, 'asking.yml'), JSON.stringify(app))
    const imported = await runCommand(['import', join(folder, 'asking.yml'), '--json', ...where])
    const created = await runCommand(['keys', 'create', '--app', JSON.parse(imported.stdout).app.id, ...where])
    const asking = created.stdout.trim()
    await using first = serve()
    const { url } = JSON.parse(await first.line())
    await using stream = await openStream({ url, key: asking }, '/v1/workflows/run', { inputs: {}, user: 'ada' })
    const { data, workflow_run_id: id } = await stream.until('human_input_required')
    const { sequence } = await stream.until('workflow_paused')
    await first.end('SIGKILL')

    await using second = serve()
    const call = { url: JSON.parse(await second.line()).url as string, key: asking }
    expect(await rowOf(`run_${id}`)).toMatchObject({ status: 'paused' })
    const body = { inputs: { note: 'fine' }, action: 'ok', user: 'ada' }
    expect((await post(call, `/v1/form/human_input/${data.form_token}`, body)).status).toBe(200)
    await using rest = await followStream(call, `/v1/workflow/${id}/events?user=ada&last_event_id=${sequence}`)
    expect((await rest.rest()).at(-1)?.data).toMatchObject({ status: 'succeeded', outputs: { said: 'fine' } })
  })

  it('that is killed after an answer, while the run goes on, has the next one go on from the pause again', async () => {
    const app = appFile({
      mode: 'workflow',
      nodes: {
        start: start(),
        ask: humanInput(),
        first: template('{{ note }}!', { note: ['ask', 'note'] }),
        llm: llm('Go.'),
        last: end({ said: ['llm', 'text'], note: ['first', 'output'] }),
      },
      edges: ['start>ask', 'ask:ok>first', 'first>llm', 'llm>last'],
    })
    writeFileSync(join(folder, 'resumed.yml'), JSON.stringify(app))
    const imported = await runCommand(['import', join(folder, 'resumed.yml'), '--json', ...where])
    const created = await runCommand(['keys', 'create', '--app', JSON.parse(imported.stdout).app.id, ...where])
    const asking = created.stdout.trim()
    const startAnswered = async (call: ServiceCall) => {
      await using stream = await openStream(call, '/v1/workflows/run', { inputs: {}, user: 'ada' })
      const { data, workflow_run_id: id } = await stream.until('human_input_required')
      const { sequence } = await stream.until('workflow_paused')
      vendor.fault({ type: 'hold', afterBytes: 900 })
      const asked = vendor.nextRequest()
      const body = { inputs: { note: 'fine' }, action: 'ok', user: 'ada' }
      expect((await post(call, `/v1/form/human_input/${data.form_token}`, body)).status).toBe(200)
      await asked
      return { id, sequence }
    }
    let server = serve()
    const { url } = JSON.parse(await server.line())
    const { id, sequence } = await startAnswered({ url, key: asking })
    expect(await rowOf(`run_${id}`)).toMatchObject({ status: 'running', exceptions: 0 })
    await server.end('SIGKILL')

    vendor.reply({ text: 'Back.' })
    server = serve()
    const call = { url: JSON.parse(await server.line()).url as string, key: asking }
    await using rest = await followStream(call, `/v1/workflow/${id}/events?user=ada&last_event_id=${sequence}`)
    const outputs = { said: 'Back.', note: 'fine!' }
    expect((await rest.rest()).at(-1)?.data).toMatchObject({ status: 'succeeded', outputs })
    expect(await nodesOf(`run_${id}`)).toEqual(['start', 'ask', 'first', 'llm', 'last'])

    // One that takes its server along each time is given up, so that servers start again.
    const again = await startAnswered(call)
    for (let killed = 1; killed <= 3; killed++) {
      await server.end('SIGKILL')
      vendor.fault({ type: 'hold', afterBytes: 900 })
      const asked = vendor.nextRequest()
      server = serve()
      await server.line()
      await asked
    }
    await server.end('SIGKILL')
    server = serve()
    await server.line()
    expect(await rowOf(`run_${again.id}`)).toMatchObject({ status: 'failed', error_code: 'run/interrupted' })
    await server.end('SIGTERM')
  })

  it('that is asked to end stops its runs and tells their readers', async () => {
    await using server = serve()
    const { url } = JSON.parse(await server.line())
    const { stream, runId } = await startHeld({ url, key })
    const rest = stream.rest()
    const { code, stderr } = await server.end('SIGTERM')
    expect([code, stderr]).toEqual([0, expect.stringContaining('"stopping"')])
    const frames = await rest
    expect(frames.find(({ event }) => event === 'workflow_finished')?.data).toMatchObject({
      status: 'stopped',
      error: expect.stringContaining('shutting down'),
    })
    expect(await rowOf(runId)).toMatchObject({ status: 'stopped' })
  })
})
