// What vendors cannot take of a request, for the doors: the surfaces see only types of the models.

export { verdictsOf } from '../../model/parameters.ts'
