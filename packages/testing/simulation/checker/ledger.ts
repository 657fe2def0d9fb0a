import type { World } from '../world/world.ts'

/** A record that somebody has sent, and what became of it as the client tells it. */
export interface Sent {
  readonly value: number
  /** Number of the producer that sent it: order counts within one. */
  readonly producer: number
  readonly topic: number
  /** −1 where the client chooses. */
  readonly partition: number
  readonly isIdempotent: boolean
  readonly acks: 'all' | '1'
  /** Of a copy: what it is a copy of. */
  readonly source: number
  /** Whether its producer still lives: of a dead one nothing more is heard. */
  readonly isHeard: () => boolean
  outcome: 'pending' | 'acked' | 'failed'
  /** A failure of which the client says that nothing was written. */
  isSurelyFailed: boolean
}

/** Failures that come before anything is sent. */
const sure: ReadonlySet<string> = new Set(['ODRADEK_BUFFER_EXHAUSTED', 'ODRADEK_SERIALIZATION'])

/** All that was sent in a run: values are numbers from 1, in the order of sending. */
export class Ledger {
  readonly #world: World
  readonly #sent: Sent[] = []
  acked = 0
  failed = 0

  constructor(world: World) {
    this.#world = world
  }

  get size(): number {
    return this.#sent.length
  }

  send(record: Pick<Sent, 'producer' | 'topic' | 'partition' | 'isIdempotent' | 'acks' | 'source' | 'isHeard'>): Sent {
    const sent: Sent = { ...record, value: this.#sent.length + 1, outcome: 'pending', isSurelyFailed: false }
    this.#sent.push(sent)
    return sent
  }

  get(value: number): Sent | undefined {
    return this.#sent[value - 1]
  }

  acknowledged(sent: Sent): boolean {
    if (sent.outcome !== 'pending') {
      this.#world.violate('CL1', `value ${sent.value} was ${sent.outcome} and is now acknowledged: one result a record`)
      return false
    }
    sent.outcome = 'acked'
    this.acked++
    return true
  }

  failedWith(sent: Sent, code: string): void {
    if (sent.outcome !== 'pending') this.#world.violate('CL1', `value ${sent.value} was ${sent.outcome} and fails now: one result a record`)
    sent.outcome = 'failed'
    sent.isSurelyFailed = sure.has(code)
    this.failed++
    this.#world.note('failed', sent.value, code)
    this.#world.sometimes(`send failed: ${code}`)
  }

  /** Everything has its result by now. */
  checkSettled(): void {
    const pending = this.#sent.filter(({ outcome, isHeard }) => outcome === 'pending' && isHeard())
    const [first] = pending
    if (first !== undefined)
      this.#world.violate(
        'CL1',
        `${pending.length} records have no result, the first is value ${first.value} of producer ${first.producer}`,
      )
  }

  all(): readonly Sent[] {
    return this.#sent
  }
}
