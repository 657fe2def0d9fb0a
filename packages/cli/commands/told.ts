import { ClientError, KafkaError } from '@odradek/client'
import { UserError } from '@odradek/common/errors'

/** An error in one line: what happened, and what to do about it. */
export function told(error: unknown): string {
  if (error instanceof UserError) return error.message
  if (error instanceof KafkaError || error instanceof ClientError) {
    const hint = error.hint === '' || error.message.includes(error.hint) ? '' : ` ${error.hint}`
    const code = error.message.includes(error.code) ? '' : ` (${error.code})`
    return `${oneLine(error.message)}${hint}${code}`
  }
  if (error instanceof Error) return `this is a bug in Odradek; --debug shows where: ${oneLine(error.message)}`
  return oneLine(String(error))
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').trim()
