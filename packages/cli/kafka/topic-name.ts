import { JavaError } from './java-error.ts'

/** Throws what Kafka's `Topic.validate` does for a name that no topic can have. */
export function checkTopicName(name: string): void {
  const what = problemOf(name)
  if (what !== undefined) throw new JavaError('org.apache.kafka.common.errors.InvalidTopicException', `Topic name is invalid: ${what}`)
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'the empty string is not allowed'
  if (name === '.') return `'.' is not allowed`
  if (name === '..') return `'..' is not allowed`
  if (name.length > 249) return `the length of '${name}' is longer than the max allowed length 249`
  if (/^[\w.-]+$/.test(name)) return undefined
  return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
}
