// One suite for every place files are kept.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../src/base/seams.ts'
import { createDiskFiles } from '../../src/files/drivers/disk.ts'
import { createMemoryFiles } from '../../src/files/drivers/memory.ts'

const folder = mkdtempSync(join(tmpdir(), 'heddle-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

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
})
