// Every node kind of the app format. The engine is handed this list and knows no kind by name.
// A kind is added by one import and one line.

import { answer } from './answer.ts'
import { assigner } from './assigner.ts'
import { code } from './code.ts'
import { deferredKinds } from './deferred.ts'
import { documentExtractor } from './document-extractor.ts'
import { end } from './end.ts'
import { iterationStart, loopStart } from './entry.ts'
import { httpRequest } from './http-request.ts'
import { humanInput } from './human-input.ts'
import { ifElse } from './if-else.ts'
import { iteration } from './iteration.ts'
import { listOperator } from './list-operator.ts'
import { llm } from './llm.ts'
import { loop } from './loop.ts'
import { loopEnd } from './loop-end.ts'
import { parameterExtractor } from './parameter-extractor.ts'
import { questionClassifier } from './question-classifier.ts'
import type { Kind } from './spec.ts'
import { start } from './start.ts'
import { templateTransform } from './template-transform.ts'
import { tool } from './tool.ts'
import { variableAggregator } from './variable-aggregator.ts'

export const nodeKinds: readonly Kind[] = [
  start,
  end,
  answer,
  ifElse,
  code,
  templateTransform,
  variableAggregator,
  assigner,
  listOperator,
  iteration,
  iterationStart,
  loop,
  loopStart,
  loopEnd,
  llm,
  questionClassifier,
  parameterExtractor,
  httpRequest,
  tool,
  documentExtractor,
  humanInput,
  ...deferredKinds,
]

/** Kinds that import but have no engine behind them yet: they fail at their turn and say what is missing. */
export const deferredTypes: ReadonlySet<string> = new Set(deferredKinds.flatMap((kind) => kind.types))
