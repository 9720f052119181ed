// Every code that may leave the product for its surfaces. Each surface answers for all of them, or does not compile.

import type { DbErrorCode } from '../db/errors.ts'
import type { CacheErrorCode } from '../model/cache/errors.ts'
import type { ModelErrorCode } from '../model/errors.ts'
import type { FuseErrorCode } from '../model/fuse/errors.ts'
import type { LimitErrorCode } from '../model/limit/errors.ts'
import type { RouteErrorCode } from '../model/route/errors.ts'
import type { StageErrorCode } from '../model/stage/errors.ts'
import type { AccountErrorCode } from './accounts/errors.ts'
import type { AnnotationErrorCode } from './annotations/errors.ts'
import type { AppErrorCode } from './apps/errors.ts'
import type { AudioErrorCode } from './audio/errors.ts'
import type { ConversationErrorCode } from './conversations/errors.ts'
import type { EndUserErrorCode } from './end-users/errors.ts'
import type { FormErrorCode } from './forms/errors.ts'
import type { GatewayErrorCode } from './gateway/errors.ts'
import type { LimitSettingErrorCode } from './limits/errors.ts'
import type { MessageErrorCode } from './messages/errors.ts'
import type { PanelErrorCode } from './panels/errors.ts'
import type { RunErrorCode } from './runs/errors.ts'
import type { UploadErrorCode } from './uploads/errors.ts'

/** What is wrong with an app file is returned as issues; these are thrown. */
type ThrownAppErrorCode = Extract<
  AppErrorCode,
  | 'app/not-found'
  | 'app/not-published'
  | 'app/version-not-found'
  | 'app/unusable'
  | 'app/invalid-file'
  | 'app/not-runnable'
  | 'app/draft-changed'
  | 'app/nothing-to-publish'
  | 'app/api-disabled'
>

/** What is wrong with a router is returned as issues; these are thrown. */
type ThrownRouteErrorCode = Extract<
  RouteErrorCode,
  | 'route/no-target'
  | 'route/not-a-target'
  | 'route/not-found'
  | 'route/name-taken'
  | 'route/changed'
  | 'route/configured'
  | 'route/too-many'
  | 'route/invalid-router'
  | 'route/file-refused'
>

export type ProductErrorCode =
  | AccountErrorCode
  | AnnotationErrorCode
  | ThrownAppErrorCode
  | ConversationErrorCode
  | EndUserErrorCode
  | FormErrorCode
  | MessageErrorCode
  | RunErrorCode
  | AudioErrorCode
  | UploadErrorCode
  | GatewayErrorCode
  | ModelErrorCode
  | CacheErrorCode
  | FuseErrorCode
  | StageErrorCode
  | PanelErrorCode
  | LimitErrorCode
  | LimitSettingErrorCode
  | ThrownRouteErrorCode
  | DbErrorCode
