/** A message as both sides can be told: Kafka's definitions in its jars, and our declarations. */
export interface Message {
  /** As in Kafka: `FetchRequest`, `OffsetCommitValue`. */
  readonly name: string
  /** The API's key, or the type of an internal topic's record. */
  readonly key: number | undefined
  readonly versions: Versions
  /** Versions with compact lengths and tagged fields. */
  readonly flexible: Versions
  readonly fields: readonly MessageField[]
}

export interface MessageField {
  readonly name: string
  /** `int32`, `[]string`, `struct`, `[]struct`. */
  readonly type: string
  readonly versions: Versions
  readonly nullable: Versions
  readonly tag: number | undefined
  /** Versions in which it is tagged. */
  readonly tagged: Versions
  /** As text: `-1`, `''`, `null`, `[]`, `{}`. */
  readonly default: string
  readonly ignorable: boolean
  /** Fields of the struct, or of the structs in the array. */
  readonly fields: readonly MessageField[]
}

/** From the first to the last, both included. */
export interface Versions {
  readonly from: number
  readonly to: number
}

export const noVersions: Versions = { from: Infinity, to: -Infinity }

export function includes({ from, to }: Versions, version: number): boolean {
  return version >= from && version <= to
}

/** `0-4`, `7+`, `3`, `none`. */
export function print({ from, to }: Versions): string {
  if (from > to) return 'none'
  if (to === Infinity) return `${from}+`
  return from === to ? `${from}` : `${from}-${to}`
}
