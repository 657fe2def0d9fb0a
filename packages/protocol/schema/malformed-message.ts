import { MalformedBytes } from '@odradek/common/bytes'

/** Bytes that are not the message they should be. Says which field could not be read: `topics[2].partitions: …`. */
export class MalformedMessage extends MalformedBytes {
  /** What is wrong. */
  readonly reason: string
  #path = ''
  #messageName = ''

  constructor(reason: string, position: number) {
    super(reason, position)
    this.name = 'MalformedMessage'
    this.reason = reason
    this.message = reason
  }

  /** Where in the message, such as `topics[2].partitions[0].records`. */
  get path(): string {
    return this.#path
  }

  /**
   * What to throw on when the field or element `step` could not be read: the same error with the step before its path.
   * Whatever is not about malformed bytes is a bug and passes unchanged.
   */
  static at(step: string | number, error: unknown): unknown {
    if (!(error instanceof MalformedBytes)) return error
    const malformed = MalformedMessage.#from(error)
    const here = typeof step === 'number' ? `[${step}]` : step
    const inner = malformed.#path
    malformed.#path = inner === '' || inner.startsWith('[') ? here + inner : `${here}.${inner}`
    return malformed.#told()
  }

  /** The same error with the name of the message at the head of its sentence. */
  static in(messageName: string, error: unknown): unknown {
    if (!(error instanceof MalformedBytes)) return error
    const malformed = MalformedMessage.#from(error)
    malformed.#messageName = messageName
    return malformed.#told()
  }

  static #from(error: MalformedBytes): MalformedMessage {
    return error instanceof MalformedMessage ? error : new MalformedMessage(error.message, error.position)
  }

  #told(): this {
    this.message = [this.#messageName, this.#path, this.reason].filter((part) => part !== '').join(': ')
    return this
  }
}
