// Ids between inside and wire.

import { describe, expect, it } from 'vitest'
import { fromWireId, toWireId } from './ids.ts'

const uuid = '01890a5d-ac96-774b-bcce-b302099a8057'

describe('wire ids', () => {
  it('go out bare and come back with their prefix', () => {
    expect(toWireId(`conv_${uuid}`)).toBe(uuid)
    expect(fromWireId('conv', uuid)).toBe(`conv_${uuid}`)
    expect(fromWireId('conv', uuid.toUpperCase())).toBe(`conv_${uuid}`)
  })

  it.each(['', 'x', `conv_${uuid}`, ` ${uuid}`, `${uuid}\n`, uuid.slice(1), `${uuid}0`, uuid.replaceAll('-', '')])(
    'refuse %j',
    (text) => {
      expect(fromWireId('conv', text)).toBeUndefined()
    },
  )
})
