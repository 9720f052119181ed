// A few calls at a time, until enough is known; then the others are cancelled.

import type { MemberCall } from './member-call.ts'

/** @param each resolves to true when the others are not needed any more; never rejects */
export const askInTurn = async (
  calls: readonly MemberCall[],
  parallel: number,
  each: (call: MemberCall) => Promise<boolean>,
): Promise<void> => {
  let next = 0
  let isEnough = false
  const work = async (): Promise<void> => {
    while (!isEnough) {
      const call = calls[next++]
      if (!call) return
      if (!(await each(call)) || isEnough) continue
      isEnough = true
      for (const other of calls) if (other !== call) other.cancel()
    }
  }
  await Promise.all(Array.from({ length: Math.min(Math.max(1, parallel), calls.length) }, work))
}
