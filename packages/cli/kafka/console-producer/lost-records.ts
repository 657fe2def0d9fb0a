import type { Done } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { javaText } from '../java-names.ts'
import { log4jLine } from '../log4j.ts'
import type { LineRecord } from './line-reader.ts'

/** Most records have one of few sizes; beyond so many the oldest is made again. */
const mostKept = 1000

/** Says of each record that could not be sent how large it was, and why: as Kafka's `ErrorLoggingCallback` does. */
export class LostRecords {
  readonly #terminal: Terminal
  readonly #topic: string
  readonly #dones = new Map<number, Done>()

  constructor(terminal: Terminal, topic: string) {
    this.#terminal = terminal
    this.#topic = topic
  }

  /** To be called when it is known how it went for this record. Records of the same size share it. */
  doneOf({ key, value }: LineRecord): Done {
    const [keySize, valueSize] = [key?.length ?? -1, value?.length ?? -1]
    const sizes = (keySize + 1) * 2 ** 26 + valueSize
    const known = this.#dones.get(sizes)
    if (known !== undefined) return known
    const done: Done = (error) => {
      if (error !== undefined) this.#say(keySize, valueSize, error)
    }
    if (this.#dones.size >= mostKept) this.#dones.clear()
    this.#dones.set(sizes, done)
    return done
  }

  #say(keySize: number, valueSize: number, error: Error): void {
    const sizeOf = (size: number): string => (size < 0 ? 'null' : `${size} bytes`)
    const what = `topic ${this.#topic} with key: ${sizeOf(keySize)}, value: ${sizeOf(valueSize)}`
    const name = 'org.apache.kafka.clients.producer.internals.ErrorLoggingCallback'
    this.#terminal.err(`${log4jLine('ERROR', `Error when sending message to ${what} with error:`, name)}${javaText(error)}\n`)
  }
}
