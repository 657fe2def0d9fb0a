import { KafkaError } from '@odradek/protocol'
import { ClientError } from '../errors/index.ts'
import { checkTopicName } from '../topic.ts'

/** For a record, or a batch that can't be made smaller, above one of our own bounds. */
export function recordTooLarge(
  bytes: number,
  { maxRequestSize, bufferMemory }: { maxRequestSize: number; bufferMemory: number },
): KafkaError {
  const [limit, setting] = maxRequestSize <= bufferMemory ? [maxRequestSize, 'max.request.size'] : [bufferMemory, 'buffer.memory']
  return new KafkaError('MESSAGE_TOO_LARGE', `MESSAGE_TOO_LARGE: the record takes ${bytes} bytes or more, ${setting} allows ${limit}.`, {
    hint: `Send less in one record, or raise ${setting}; the topic's max.message.bytes has to allow it, too.`,
  })
}

/** For a partition that the topic has not. */
export function noSuchPartition(topic: string, partition: number, count: number, who = 'The record names'): KafkaError {
  const has = count === 1 ? 'it has one, number 0' : `it has ${count}, numbers 0 to ${count - 1}`
  return new KafkaError(
    'UNKNOWN_TOPIC_OR_PARTITION',
    `UNKNOWN_TOPIC_OR_PARTITION: ${who} partition ${String(partition)} of ${topic}; ${has}.`,
    {
      hint: 'Leave partition out to have one chosen.',
    },
  )
}

/** For what `send` was given instead of a topic. */
export function noTopic(given: unknown): ClientError {
  const isOfKafkajs = typeof given === 'object' && given !== null && 'topic' in given
  return new ClientError(
    'ODRADEK_SERIALIZATION',
    `The topic of a record is ${given === null ? 'null' : typeof given === 'object' ? 'an object without a name' : `of type ${typeof given}`}`,
    {
      hint: isOfKafkajs
        ? 'Topic and record are two arguments, and records go one by one: send(topic, record), or sendAll(topic, records).'
        : "It has to be a name, or what topic() gives: send('orders', record).",
    },
  )
}

/** Throws for what can't be the name of a topic: brokers would be asked about it until `max.block.ms` is over, or break down over it. */
export function checkTopic(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw noTopic(name)
  try {
    checkTopicName(name)
  } catch (error) {
    throw new KafkaError('INVALID_TOPIC_EXCEPTION', `INVALID_TOPIC_EXCEPTION: ${error instanceof Error ? error.message : ''}`, {
      hint: 'Send to another topic; brokers refuse this one.',
    })
  }
}

export function badTimestamp(topic: string, timestamp: unknown): ClientError {
  return new ClientError('ODRADEK_SERIALIZATION', `The timestamp of a record for ${topic} is ${String(timestamp)}`, {
    hint: 'It has to be a whole number of milliseconds since 1970; leave it out for now.',
  })
}

export function badPartition(topic: string, partition: unknown): ClientError {
  return new ClientError('ODRADEK_SERIALIZATION', `The partition of a record for ${topic} is ${String(partition)}`, {
    hint: 'It has to be a whole number from 0 on; leave it out to have one chosen.',
  })
}

/** What stumbled over a record that is none, or over headers that are none, says so. Anything else is as it is. */
export function explained(error: unknown, topic: string, record: unknown): unknown {
  if (!(error instanceof TypeError)) return error
  if (typeof record !== 'object' || record === null) {
    return new ClientError('ODRADEK_SERIALIZATION', `A record for ${topic} is ${record === null ? 'null' : `of type ${typeof record}`}`, {
      hint: 'It has to be an object with a value, at least: { value: null } for a tombstone.',
      cause: error,
    })
  }
  const headers = 'headers' in record ? record.headers : undefined
  if (headers === undefined || (typeof headers === 'object' && headers !== null)) return error
  return new ClientError(
    'ODRADEK_SERIALIZATION',
    `The headers of a record for ${topic} are ${headers === null ? 'null' : `of type ${typeof headers}`}`,
    {
      hint: 'They are an object, or pairs: { name: value } or [[name, value]].',
      cause: error,
    },
  )
}

/** A record is written straight into a batch that all share: there can't be two at once. */
export function calledWhileWriting(): ClientError {
  return new ClientError('ODRADEK_STATE', 'A serializer, or the record itself, called the producer while the record was being written', {
    hint: 'Send the other record before or after this one.',
  })
}

export function closed(): ClientError {
  return new ClientError('ODRADEK_CLOSED', 'This producer is closed', { hint: 'Make a new one with kafka.producer(…).' })
}

export function bufferExhausted(message: string): ClientError {
  return new ClientError('ODRADEK_BUFFER_EXHAUSTED', message, {
    hint: 'Await the sends, or ready() when enqueue() gives false; or raise buffer.memory.',
    retriable: true,
  })
}
