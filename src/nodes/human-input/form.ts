// The form that a human-input node asks people to fill in, and the answers it takes. Types only: plain data that travels
// through the run's pause and the journal.

import type { Value } from '../../base/value.ts'

export interface FormRequest {
  /** Markdown with the run's variables filled in; `{{#$output.name#}}` still marks the place of a field. */
  readonly content: string
  /** Names are unique. */
  readonly inputs: readonly FormInput[]
  /** Ids are unique. */
  readonly actions: readonly FormAction[]
  /** What fields show before anybody wrote something, by name. */
  readonly defaults: Readonly<Record<string, string>>
  /** Milliseconds until nobody may answer any more. */
  readonly timeoutMs: number
  /** True when whoever started the run may answer; members may always. */
  readonly web: boolean
}

export interface FormAction {
  /** Also the handle by which the node is left. */
  readonly id: string
  readonly title: string
  readonly style: 'primary' | 'default' | 'accent' | 'ghost'
}

export type FormInput = ParagraphInput | SelectInput | FileInput

/** Where a value comes from, as the app file has it. */
export interface FormSource<Item> {
  readonly type: 'constant' | 'variable'
  readonly selector: readonly string[]
  readonly value: Item
}
export interface ParagraphInput {
  readonly type: 'paragraph'
  readonly name: string
  readonly default: FormSource<string> | null
}
export interface SelectInput {
  readonly type: 'select'
  readonly name: string
  /** Its `value` is what may be chosen, also when it comes from a variable. */
  readonly options: FormSource<readonly string[]>
}
export interface FileInput {
  readonly type: 'file' | 'file-list'
  readonly name: string
  /** Kinds of files; empty allows all. */
  readonly fileTypes: readonly string[]
  /** With their dots; for the kind `custom`. */
  readonly fileExtensions: readonly string[]
  readonly uploadMethods: readonly string[]
  /** Most files of a list; 0 is without a limit of its own. */
  readonly limit: number
}

/** What becomes of a form. */
export type FormAnswer =
  | {
      readonly type: 'submitted'
      readonly actionId: string
      /** By field; checked: texts, files, lists of files. */
      readonly values: Readonly<Record<string, Value>>
      /** The content with the values in their places. */
      readonly content: string
    }
  | { readonly type: 'timeout'; readonly content: string }
