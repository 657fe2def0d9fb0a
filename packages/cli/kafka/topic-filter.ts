import { JavaError } from './java-error.ts'

/** Which topics a text means: a regular expression for whole names, or several names with commas between them. */
export function topicFilter(text: string): (topic: string) => boolean {
  const regex = text
    .trim()
    .replaceAll(',', '|')
    .replaceAll(' ', '')
    .replace(/^["']+/, '')
    .replace(/["']+$/, '')
  let pattern: RegExp
  try {
    pattern = new RegExp(`^(?:${regex})$`)
  } catch {
    throw new JavaError('java.lang.RuntimeException', `${regex} is an invalid regex.`)
  }
  return (topic) => pattern.test(topic)
}

/** Those in which Kafka keeps its own state. */
export const isInternalTopic = (topic: string): boolean =>
  topic === '__consumer_offsets' || topic === '__transaction_state' || topic === '__share_group_state'
