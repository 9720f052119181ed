// The rules of OpenAPI 3.1 and JSON Schema 2020-12 that a document of ours could break.

import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { OpenApiDocument } from '../../src/api/openapi.ts'
import type { JsonObject } from '../../src/api/openapi-schemas.ts'

/** What breaks the rules of OpenAPI 3.1 that our documents could break. */
export const openApiProblems = (document: OpenApiDocument): readonly string[] => {
  const problems: string[] = []
  const ids = new Set<unknown>()
  for (const [path, methods] of Object.entries(document.paths)) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    if (!path.startsWith('/') || new Set(names).size < names.length) problems.push(`${path}: bad address`)
    for (const [method, operation] of Object.entries(methods)) {
      const place = `${method} ${path}`
      if (!/^(get|post|put|patch|delete)$/.test(method)) problems.push(`${place}: bad method`)
      if (typeof operation.operationId !== 'string' || ids.has(operation.operationId)) problems.push(`${place}: bad id`)
      ids.add(operation.operationId)
      const parameters = (operation.parameters ?? []) as readonly JsonObject[]
      const declared = parameters.filter((one) => one.in === 'path' && one.required === true).map((one) => one.name)
      if (names.join() !== declared.join()) problems.push(`${place}: declares ${declared.join()}`)
      if (parameters.some((one) => !one.schema)) problems.push(`${place}: a parameter without a schema`)
      const responses = Object.entries(operation.responses as Record<string, JsonObject>)
      if (!responses.some(([status]) => /^[23]\d\d$/.test(status))) problems.push(`${place}: never succeeds`)
      for (const [status, response] of responses) {
        if (!/^[1-5]\d\d$/.test(status)) problems.push(`${place}: status ${status}`)
        if (response.$ref === undefined && !response.description) problems.push(`${place}: ${status} says nothing`)
      }
      for (const need of operation.security as readonly JsonObject[]) {
        const unknown = Object.keys(need).filter((name) => !Object.hasOwn(document.components.securitySchemes, name))
        problems.push(...unknown.map((name) => `${place}: security ${name}`))
      }
    }
  }
  return [...problems, ...referenceProblems(document), ...schemaProblems(document)]
}

const referenceProblems = (document: OpenApiDocument): readonly string[] =>
  [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].flatMap(([, target = '']) => {
    const [root, ...keys] = target.split('/')
    const found = keys.reduce<unknown>((value, key) => (value as JsonObject | undefined)?.[key], document)
    return root === '#' && found !== undefined ? [] : [`no ${target}`]
  })

const schemaProblems = (document: OpenApiDocument): readonly string[] => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictTypes: false })
  formats.default(ajv)
  ajv.addKeyword('components')
  ajv.addSchema({ $id: 'document', components: document.components })
  const problems: string[] = []
  const check = (place: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'schema') compile(`${place}/schema`, inner)
      else check(`${place}/${key}`, inner)
    }
  }
  const compile = (place: string, schema: unknown): void => {
    try {
      ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components')))
    } catch (error) {
      problems.push(`${place}: ${String(error)}`)
    }
  }
  check('paths', document.paths)
  check('responses', document.components.responses)
  for (const [name, schema] of Object.entries(document.components.schemas)) compile(`schemas/${name}`, schema)
  return problems
}
