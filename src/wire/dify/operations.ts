// Every call of the Service API that is data: what its document, its checks and its clients are made from.

import type { Operation } from '../operation.ts'
import * as annotations from './annotations.ts'
import * as appInfo from './app-info.ts'
import * as audio from './audio.ts'
import * as conversations from './conversations.ts'
import * as files from './files.ts'
import { getForm, submitForm } from './forms.ts'
import * as logs from './logs.ts'
import * as messages from './messages.ts'
import { runOperations } from './runs.ts'

export const difyOperations: readonly Operation[] = [
  runOperations,
  messages,
  conversations,
  appInfo,
  annotations,
  logs,
  files,
  [getForm, submitForm],
  audio,
].flatMap((module): readonly Operation[] => Object.values(module))
