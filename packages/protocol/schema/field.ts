/**
 * What a message is made of: fields with a wire type and the versions in which they exist.
 *
 * A field is data. Its TypeScript type is inferred from the same lines, and `codec.ts` turns it into the
 * functions that read and write it in one version.
 */
export interface Field<Read = unknown, Write = unknown, Optional extends boolean = boolean> {
  readonly type: FieldType
  /** First version that has the field. */
  readonly since: number
  /** Last version that has the field; `Infinity` while it lives. */
  readonly until: number
  /** First version in which it may be null; `Infinity` for never. */
  readonly nullable: number
  /** Number of a tagged field (KIP-482); undefined for a field with its fixed place. */
  readonly tag: number | undefined
  /** What it is where it is absent. */
  readonly default: unknown
  /** Whether a value may be dropped silently when the version lacks the field. */
  readonly ignorable: boolean
  /** For the type checker alone: never there at run time. */
  readonly types?: { readonly read: Read; readonly write: Write; readonly optional: Optional }
}

export type FieldType =
  | { readonly kind: 'int8' | 'int16' | 'uint16' | 'int32' | 'float64' | 'bool' | 'bytes' | 'records' | 'uuid' }
  | { readonly kind: 'string'; readonly tooLong: 'refused' | 'cut' }
  | { readonly kind: 'int64'; readonly unsafe: 'refused' | 'nearest' | 'exact' }
  | { readonly kind: 'array'; readonly of: Field }
  | { readonly kind: 'struct'; readonly fields: Fields }

export type Fields = Readonly<Record<string, Field>>

export interface FieldOptions<Value> {
  readonly since?: number
  readonly until?: number
  readonly nullable?: number
  readonly tag?: number
  /** Makes the field optional for whoever writes the message. */
  readonly default?: Value | null
  readonly ignorable?: boolean
}

/** A tagged field that our declarations do not know. It is kept, so that a message passed on loses nothing. */
export interface UnknownTag {
  readonly tag: number
  readonly bytes: Uint8Array
}

export interface UnknownTags {
  unknownTags?: readonly UnknownTag[]
}

/** A struct as it is decoded: every field is there, absent ones with their default. */
export type ReadOf<F extends Fields> = { readonly [K in keyof F]: NonNullable<F[K]['types']>['read'] } & Readonly<UnknownTags>

/** A struct as it is given to be encoded: what may be left out becomes its default. */
export type WriteOf<F extends Fields> = { readonly [K in RequiredKeys<F>]: NonNullable<F[K]['types']>['write'] } & {
  readonly [K in Exclude<keyof F, RequiredKeys<F>>]?: NonNullable<F[K]['types']>['write'] | undefined
} & Readonly<UnknownTags>

type RequiredKeys<F extends Fields> = { [K in keyof F]: NonNullable<F[K]['types']>['optional'] extends true ? never : K }[keyof F]

/** Whether messages of this version have the field. */
export function exists(field: Field, version: number): boolean {
  return version >= field.since && version <= field.until
}
