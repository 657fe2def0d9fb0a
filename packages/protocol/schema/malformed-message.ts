import { MalformedBytes } from '@odradek/common/bytes'

/** Bytes that are not the message they should be. Says which field could not be read: `topics[2].partitions: …`. */
export class MalformedMessage extends MalformedBytes {
  /** What is wrong. */
  readonly reason: string
  /** Where in the message, such as `topics[2].partitions[0].records`. */
  readonly path: string

  constructor(reason: string, position: number, path: string, messageName = '') {
    super(reason, position)
    this.name = 'MalformedMessage'
    this.message = [messageName, path, reason].filter((part) => part !== '').join(': ')
    this.reason = reason
    this.path = path
  }
}

/**
 * What to throw on when the field or element `step` could not be read: the same error with the step before its path.
 * Whatever is not about malformed bytes is a bug and passes unchanged.
 */
export function locate(error: unknown, step: string | number): unknown {
  if (!(error instanceof MalformedBytes)) return error
  const { reason, path } = parts(error)
  const here = typeof step === 'number' ? `[${step}]` : step
  return new MalformedMessage(reason, error.position, path === '' || path.startsWith('[') ? here + path : `${here}.${path}`)
}

/** The same error with the name of the message before its sentence. */
export function nameMessage(error: unknown, messageName: string): unknown {
  if (!(error instanceof MalformedBytes)) return error
  const { reason, path } = parts(error)
  return new MalformedMessage(reason, error.position, path, messageName)
}

function parts(error: MalformedBytes): { readonly reason: string; readonly path: string } {
  return error instanceof MalformedMessage ? error : { reason: error.message, path: '' }
}
