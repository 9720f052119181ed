// One suite for every place files are kept.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../src/base/seams.ts'
import { createDiskFiles } from '../../src/files/drivers/disk.ts'
import { createMemoryFiles } from '../../src/files/drivers/memory.ts'

const folder = mkdtempSync(join(tmpdir(), 'heddle-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const listed = () => readdirSync(folder, { recursive: true }).filter((name) => /\.\w+$/.test(String(name)))
const ids = createIds(systemClock)
const tenant = ids.next('tenant')
const other = ids.next('tenant')
const about = { filename: 'a b.txt', mimeType: 'text/plain' }

describe.each([
  ['memory', createMemoryFiles({ maxBytes: 10, ids })],
  ['disk', createDiskFiles({ folder, maxBytes: 10, ids })],
])('files: %s', (_, files) => {
  it('gives back what was put', async () => {
    const { id } = await files.put(tenant, Buffer.from('héllo'), about)
    const file = await files.get(tenant, id)
    expect(Buffer.from(file.bytes).toString()).toBe('héllo')
    expect(file).toMatchObject({ id, ...about, sizeBytes: 6 })
  })

  it('knows no file of another tenant', async () => {
    const { id } = await files.put(tenant, Buffer.from('x'), about)
    await expect(files.get(other, id)).rejects.toMatchObject({ code: 'file/not-found' })
  })

  it('refuses what is too large', async () => {
    await expect(files.put(tenant, Buffer.alloc(11), about)).rejects.toMatchObject({ code: 'file/too-large' })
  })

  it.each(['../../etc/passwd', 'file_../../x', '', 'file_00000000-0000-0000-0000-000000000000'])(
    'finds nothing under %j',
    async (id) => {
      await expect(files.get(tenant, id)).rejects.toMatchObject({ code: 'file/not-found' })
    },
  )

  const collect = async (chunks: AsyncIterable<Uint8Array>) => {
    const list: Uint8Array[] = []
    for await (const chunk of chunks) list.push(chunk)
    return Buffer.concat(list).toString()
  }
  async function* pieces(...texts: string[]) {
    for (const text of texts) yield Buffer.from(text)
  }

  it('keeps a stream, and gives all or some of it', async () => {
    const { id, sizeBytes } = await files.put(tenant, pieces('012', '', '3456', '789'), about)
    expect(sizeBytes).toBe(10)
    const file = await files.open(tenant, id)
    expect(file).toMatchObject({ id, ...about, sizeBytes: 10 })
    expect(await collect(file.read())).toBe('0123456789')
    expect(await collect(file.read({ from: 3, to: 5 }))).toBe('345')
    expect(await collect(file.read({ from: 9, to: 9 }))).toBe('9')
    for await (const _ of file.read()) break
    await expect(files.open(other, id)).rejects.toMatchObject({ code: 'file/not-found' })
  })

  it('stops reading a stream that is too long, or has a limit of its own', async () => {
    let asked = 0
    async function* endless() {
      for (;;) {
        asked++
        yield Buffer.from('abcd')
      }
    }
    const refused = expect(files.put(tenant, endless(), about)).rejects
    await refused.toMatchObject({ code: 'file/too-large', details: { limitBytes: 10 } })
    expect(asked).toBe(3)
    const limited = expect(files.put(tenant, Buffer.alloc(6), about, { maxBytes: 5 })).rejects
    await limited.toMatchObject({ code: 'file/too-large', details: { limitBytes: 5 } })
    const widened = expect(files.put(tenant, Buffer.alloc(11), about, { maxBytes: 500 })).rejects
    await widened.toMatchObject({ code: 'file/too-large', details: { limitBytes: 10 } })
  })

  it('leaves nothing of a stream that fails', async () => {
    async function* failing() {
      yield Buffer.from('x')
      throw new Error('cut off')
    }
    const before = listed()
    await expect(files.put(tenant, failing(), about)).rejects.toThrow('cut off')
    expect(listed()).toEqual(before)
  })

  it('deletes once, and only for the owner', async () => {
    const { id } = await files.put(tenant, Buffer.from('x'), about)
    expect(await files.delete(other, id)).toBe(false)
    expect(await files.delete(tenant, '../../x')).toBe(false)
    expect(await files.delete(tenant, id)).toBe(true)
    expect(await files.delete(tenant, id)).toBe(false)
    await expect(files.get(tenant, id)).rejects.toMatchObject({ code: 'file/not-found' })
    await expect(files.open(tenant, id)).rejects.toMatchObject({ code: 'file/not-found' })
  })
})
