import { ClientError } from '../errors/client-error.ts'

/** An argument that can't be meant. Thrown at the call, before anything was sent. */
export function refuse(call: string, what: string, hint: string): never {
  throw new ClientError('ODRADEK_STATE', `${call}: ${what}`, { hint })
}

/** TypeScript says so, too; but a string instead of a list would otherwise become a list of letters. */
export function checkList(call: string, name: string, value: unknown): void {
  if (!Array.isArray(value)) refuse(call, `${name} is ${kindOf(value)}`, `Give an array, even of one.`)
}

export function checkName(call: string, name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') refuse(call, `${name} is ${kindOf(value)}`, 'Give a text that is not empty.')
}

export function checkInteger(call: string, name: string, value: unknown, atLeast: number): void {
  if (!Number.isSafeInteger(value) || Number(value) < atLeast)
    refuse(call, `${name} is ${kindOf(value)}`, `Give a whole number from ${atLeast} on.`)
}

export function checkPartitions(call: string, value: readonly { readonly topic: string; readonly partition: number }[]): void {
  checkList(call, 'partitions', value)
  for (const { topic, partition } of value) {
    checkName(call, 'topic', topic)
    checkInteger(call, `partition of ${topic}`, partition, 0)
  }
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return JSON.stringify(value) ?? 'undefined'
  return typeof value === 'object' ? 'an object' : `${typeof value} ${JSON.stringify(value)}`
}
