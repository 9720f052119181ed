// The runs of an app as its operators look through them, with the users they were for.

import type { Accounts } from '../accounts/spec.ts'
import type { Caller } from '../caller.ts'
import type { EndUser, EndUserStore } from '../end-users/store.ts'
import type { Page } from '../store-seams.ts'
import type { RunList, RunStore, RunSummary } from './store.ts'

export interface LoggedRun extends RunSummary {
  /** Null when the run was for nobody in particular. */
  readonly endUser: EndUser | null
}

export interface RunLogs {
  /** Newest first. */
  list(caller: Caller, list: RunList): Promise<Page<LoggedRun> & { readonly total: number }>
  /** The name under which runs of a member are kept; undefined when no member has this address. */
  nameOfMember(caller: Caller, email: string): Promise<string | undefined>
}

export interface RunLogsParts {
  readonly runs: Pick<RunStore, 'list'>
  readonly endUsers: Pick<EndUserStore, 'list'>
  readonly accounts: Pick<Accounts, 'members'>
}

export const createRunLogs = ({ runs, endUsers, accounts }: RunLogsParts): RunLogs => ({
  async list(caller, list) {
    const page = await runs.list(caller, list)
    const ids = [...new Set(page.items.flatMap(({ endUserId }) => endUserId ?? []))]
    const users = new Map((await endUsers.list(caller, list.appId, ids)).map((user) => [user.id, user]))
    const items = page.items.map((run) => ({
      ...run,
      endUser: (run.endUserId !== null && users.get(run.endUserId)) || null,
    }))
    return { ...page, items }
  },

  async nameOfMember(caller, email) {
    const wanted = email.trim().toLowerCase()
    return (await accounts.members(caller)).find((member) => member.email === wanted)?.id
  },
})
