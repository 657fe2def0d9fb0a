import { KafkaError } from '@odradek/protocol'

/** Put into a partition's directory, this file says that what follows a damaged place may be thrown away. */
export const cutMarkName = 'cut-damaged-tail'

/** A place in a log that was on disk and is no longer what it was. */
export interface LogDamage {
  /** Offsets below it are good. */
  readonly offset: number
  readonly path: string
  readonly position: number
  readonly reason: string
}

/** What the operator is told. */
export function damageMessage(directory: string, damage: LogDamage): string {
  return (
    `${damage.path} is damaged at byte ${damage.position}, offset ${damage.offset}: ${damage.reason}. ` +
    `These records were safely on disk once, so nothing is cut off by itself: earlier offsets can be read, and nothing is appended. ` +
    `Put the file back from a copy; or give up what follows with: touch '${directory}/${cutMarkName}', and restart.`
  )
}

export function damageError(directory: string, damage: LogDamage): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', damageMessage(directory, damage))
}
