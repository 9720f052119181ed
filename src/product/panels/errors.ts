// What is wrong with feedback to a panel.

import { type ErrorCatalogue, type ErrorOptions, PlatformError } from '../../base/errors.ts'

export const panelErrors = {
  'panel/not-found': 'There is no panel {panel}.',
  'panel/unknown-member': '{member} is no member of the panel {panel}.',
  'panel/unknown-call': 'No call of this id is remembered that the panel {panel} answered.',
} as const satisfies ErrorCatalogue

export type PanelErrorCode = keyof typeof panelErrors

export class PanelError extends PlatformError<PanelErrorCode> {
  constructor(code: PanelErrorCode, options?: ErrorOptions) {
    super(code, panelErrors[code], options)
  }
}
