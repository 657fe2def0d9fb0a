import { Buffer } from 'node:buffer'
import type { Producer } from '@odradek/client'
import { ClientError, KafkaError } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { javaText } from '../java-names.ts'
import { JavaError } from '../java-error.ts'
import type { LineReader, LineRecord } from './line-reader.ts'
import { Lines } from './lines.ts'
import { LostRecords } from './lost-records.ts'

export interface Sending {
  readonly terminal: Terminal
  readonly producer: Producer
  readonly topic: string
  readonly reader: LineReader
  /** Each record is acknowledged before the next one is sent. */
  readonly sync: boolean
}

/**
 * Sends each line of the input, up to its end or until somebody presses Ctrl-C. A record that is lost is said on stderr; what can not be read as a record,
 * and with `sync` what can not be sent, ends it.
 */
export async function sendLines({ terminal, producer, topic, reader, sync }: Sending): Promise<void> {
  const isPrompted = terminal.inputIsTerminal && terminal.outputIsTerminal
  const lost = new LostRecords(terminal, topic)
  const lines = new Lines()
  const prompt = (): void => {
    if (isPrompted) void terminal.out('>')
  }
  const send = sync
    ? (record: LineRecord) => sendOne(producer, topic, record)
    : (record: LineRecord) => enqueue(producer, topic, record, lost)
  const sendLine = (): Promise<void> | undefined => send(reader.read(lines.buffer, lines.start, lines.end))

  // As Java's producer does, it reads on when the topic is known: a pipe is faster than that.
  let isFirst = true
  const known = (): Promise<unknown> => producer.partitionsFor(topic, { signal: terminal.interrupted }).catch(() => undefined)

  prompt()
  for await (const chunk of bytesOf(terminal)) {
    lines.feed(chunk)
    while (lines.next()) {
      const slow = sendLine()
      if (slow !== undefined) await slow
      if (isFirst) await known()
      isFirst = false
      if (terminal.interrupted.aborted) return
      prompt()
    }
  }
  if (terminal.interrupted.aborted || !lines.last()) return
  await sendLine()
  prompt()
}

/** Undefined while there is room for the next one. */
function enqueue(producer: Producer, topic: string, record: LineRecord, lost: LostRecords): Promise<void> | undefined {
  const done = lost.doneOf(record)
  const fail = (error: unknown): void => {
    if (!(error instanceof KafkaError || error instanceof ClientError)) throw error
    done(error, -1, -1)
  }
  try {
    // Who gets no room in time hears of it from the next record.
    return producer.enqueue(topic, record, done) ? undefined : producer.ready().catch(() => undefined)
  } catch (error) {
    fail(error)
    return undefined
  }
}

async function sendOne(producer: Producer, topic: string, record: LineRecord): Promise<void> {
  try {
    await producer.send(topic, record)
  } catch (error) {
    throw new JavaError('java.util.concurrent.ExecutionException', javaText(error), { cause: error })
  }
}

/** What is typed, or comes through a pipe. Ctrl-C ends it. */
async function* bytesOf({ input, interrupted }: Terminal): AsyncGenerator<Buffer, void> {
  const end = (): void => void input.destroy()
  if (interrupted.aborted) end()
  interrupted.addEventListener('abort', end)
  try {
    for await (const chunk of input) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
  } catch (error) {
    if (!interrupted.aborted) throw error
  } finally {
    interrupted.removeEventListener('abort', end)
  }
}
