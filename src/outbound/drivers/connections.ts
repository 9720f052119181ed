// Connections that reach only admitted addresses.
//
// C1  The address that was checked is the address that is connected to: the check sits inside the socket's own lookup,
//     so a name that changes its answer in between gains nothing.
// C2  A pooled connection keeps the address it was admitted with.
// C3  No proxy from the environment, no unix socket.

import { lookup as resolveName } from 'node:dns/promises'
import { createRequire } from 'node:module'
import type { LookupFunction } from 'node:net'
import type { Agent } from 'undici'
import type { OutboundError } from '../errors.ts'
import { bareHost, type OutboundPolicy, type ResolvedAddress } from '../policy.ts'

// A fifth of the idle memory and start-up time would go to a client that many installations never use: it is loaded with the
// first request.
const require = createRequire(import.meta.url)
const loadUndici = () => require('undici') as typeof import('undici')

/** All addresses of a host name. */
export type Lookup = (name: string) => Promise<readonly ResolvedAddress[]>

export const systemLookup: Lookup = (name) => resolveName(name, { all: true })

export interface ConnectionNeeds {
  readonly verifyTls: boolean
  readonly connectTimeoutMs: number
}

export interface Connections {
  agent(needs: ConnectionNeeds): Agent
  close(): Promise<void>
}

// undici fixes both needs per agent. Flows use few combinations; the bound only stops a flow that makes them up.
const MAX_AGENTS = 16

export const createConnections = (policy: OutboundPolicy, lookup: Lookup): Connections => {
  const agents = new Map<string, Agent>()

  const admittedLookup: LookupFunction = (host, options, callback) => {
    const answer = async () => policy.admitAddresses(host, await lookup(bareHost(host)))
    answer().then(
      (addresses) => {
        const [first] = addresses
        if (!first) callback(new Error('the name has no address'), '', 0)
        else if (options.all) callback(null, [...addresses])
        else callback(null, first.address, first.family)
      },
      (error) => callback(error, '', 0),
    )
  }

  const open = ({ verifyTls, connectTimeoutMs }: ConnectionNeeds): Agent => {
    const { Agent, buildConnector } = loadUndici()
    const connect = buildConnector({
      timeout: connectTimeoutMs,
      rejectUnauthorized: verifyTls,
      // A session of an unverified connection must not be resumed by a verified one, and the two never share an agent.
      maxCachedSessions: verifyTls ? 100 : 0,
      lookup: admittedLookup,
      autoSelectFamily: true,
    })
    return new Agent({
      connect(options, callback) {
        // Sockets skip the lookup for literal addresses, so these are checked here.
        try {
          policy.admitUrl(`${options.protocol}//${options.host ?? options.hostname}`)
        } catch (error) {
          callback(error as OutboundError, null)
          return
        }
        connect(options, callback)
      },
    })
  }

  return {
    agent(needs) {
      const key = `${needs.verifyTls} ${needs.connectTimeoutMs}`
      let agent = agents.get(key)
      agents.delete(key)
      agent ??= open(needs)
      agents.set(key, agent)
      const [oldest] = agents
      if (oldest && agents.size > MAX_AGENTS) {
        agents.delete(oldest[0])
        // Waits for the requests it still carries.
        void oldest[1].close()
      }
      return agent
    },
    async close() {
      const open = [...agents.values()]
      agents.clear()
      await Promise.all(open.map((agent) => agent.destroy()))
    },
  }
}
