import type { Field, Fields } from '@odradek/protocol/schema'

/**
 * A message out of its declaration: every field with its default, every array with one such element.
 * Enough to ask each API in each version something that it has to answer.
 */
export function sampleMessage(fields: Fields, version: number): Readonly<Record<string, unknown>> {
  const present = Object.entries(fields).filter(([, field]) => version >= field.since && version <= field.until && field.tag === undefined)
  return Object.fromEntries(present.map(([name, field]) => [name, sampleValue(field, version)]))
}

function sampleValue(field: Field, version: number): unknown {
  const { type } = field
  if (type.kind === 'array') return [sampleValue(type.of, version)]
  if (type.kind === 'struct') return sampleMessage(type.fields, version)
  return field.default
}
