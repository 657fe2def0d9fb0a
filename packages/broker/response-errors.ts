import type { Fields, FieldType } from '@odradek/protocol/schema'

/** Goes through all error codes of an answer but 0. */
export type ErrorVisitor = (response: unknown, report: (errorCode: number) => void) => void

/**
 * Finds where an API's answers carry error codes: at the top, or in each topic, partition, group.
 * Made once from the schema, so that counting errors looks at nothing else.
 */
export function errorVisitor(fields: Fields): ErrorVisitor | undefined {
  const own = Object.hasOwn(fields, 'errorCode')
  const inner = Object.entries(fields).flatMap(([name, { type }]) => {
    const visit = visitorOf(type)
    return visit === undefined ? [] : [{ name, visit }]
  })
  if (!own && inner.length === 0) return undefined
  return (response, report) => {
    if (!isStruct(response)) return
    const code = own ? response['errorCode'] : 0
    if (typeof code === 'number' && code !== 0) report(code)
    for (const { name, visit } of inner) visit(response[name], report)
  }
}

function visitorOf(type: FieldType): ErrorVisitor | undefined {
  if (type.kind === 'struct') return errorVisitor(type.fields)
  if (type.kind !== 'array') return undefined
  const visit = visitorOf(type.of.type)
  if (visit === undefined) return undefined
  return (elements, report) => {
    if (Array.isArray(elements)) for (const element of elements) visit(element, report)
  }
}

function isStruct(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
