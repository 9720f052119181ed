// A stream of parts as one answer, for the doors: the surfaces see only types of the models.

export { collectResult } from '../../model/fold.ts'
