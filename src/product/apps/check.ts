// Everything that can be said about an app file before it runs: its problems, its plan, and what it still needs.

import type { Issue } from '../../base/errors.ts'
import { compile } from '../../flow/compile.ts'
import { findCycles } from '../../flow/cycles.ts'
import type { Plan } from '../../flow/plan.ts'
import type { Kind, NodeServices } from '../../nodes/spec.ts'
import { appIssue } from './errors.ts'
import { parseAppFile } from './file/parse.ts'
import { type AppReport, reportOnApp, type Surroundings } from './file/report.ts'
import type { AppFile } from './file/spec.ts'

export interface CheckParts {
  readonly kinds: readonly Kind[]
  readonly surroundings: Surroundings
}

export interface CheckedApp {
  readonly file: AppFile
  /** Absent in the modes without a graph. */
  readonly plan?: Plan<NodeServices>
  readonly report: AppReport
}

export type CheckResult =
  | { readonly ok: true; readonly value: CheckedApp }
  /** `file` and `report` when it could be read, although it cannot run. */
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly file?: AppFile; readonly report?: AppReport }

export const checkApp = (text: string, parts: CheckParts): CheckResult => {
  const parsed = parseAppFile(text)
  return parsed.ok ? checkAppFile(parsed.value, parts) : parsed
}

export const checkAppFile = (file: AppFile, parts: CheckParts): CheckResult => {
  const report = reportOnApp(file, parts.surroundings)
  if (!file.graph) return { ok: true, value: { file, report } }
  const { graph } = file
  const circles = findCycles(graph).map((ids) => {
    const path = graph.nodes.find((node) => node.id === ids[0])?.path ?? ''
    return appIssue(path, 'app/cycle', { nodes: ids.join(' → ') })
  })
  const compiled = compile(graph, { kinds: parts.kinds, mode: file.mode })
  if (compiled.ok && circles.length === 0) return { ok: true, value: { file, plan: compiled.value, report } }
  return { ok: false, issues: [...circles, ...(compiled.ok ? [] : compiled.issues)], file, report }
}
