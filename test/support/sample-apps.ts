// The 46 public sample apps, and what is known of each.

import { readFileSync } from 'node:fs'

export interface SampleApp {
  readonly number: number
  readonly file: string
  readonly mode: string
  /** Null when the file has none. */
  readonly version: string | null
  readonly nodes: Readonly<Record<string, number>>
  /** `provider:name`, providers by their short names. */
  readonly models: readonly string[]
  /** With only a model and built-in nodes: `yes`, `extra` when packages or the network are needed, or `no`. */
  readonly runs: 'yes' | 'extra' | 'no'
  readonly tools: readonly string[]
  readonly agentStrategies: readonly string[]
  /** How many different knowledge bases. */
  readonly datasets: number
  readonly packages: readonly string[]
  readonly network: readonly string[]
  /** How many variables, where it is known. */
  readonly environment?: number
  readonly conversation?: number
}

const data = new URL('../data/', import.meta.url)

export const sampleApps: readonly SampleApp[] = JSON.parse(readFileSync(new URL('sample-apps.json', data), 'utf8'))

export const readSampleApp = (file: string): string =>
  readFileSync(new URL(`dify-apps/${encodeURIComponent(file).replaceAll('%2F', '/')}`, data), 'utf8')
