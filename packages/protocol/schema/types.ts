import { Buffer } from 'node:buffer'
import { ZERO_UUID } from '@odradek/common/bytes'
import type { Field, FieldOptions, Fields, FieldType, ReadOf, WriteOf } from './field.ts'

type Nullable<Value, O> = O extends { readonly nullable: number } ? Value | null : Value
/** May be left out: what has a default of its own, is tagged, is gone in later versions, or may get lost in older ones anyway. */
type IsOptional<O> = O extends
  | { readonly default: unknown }
  | { readonly tag: number }
  | { readonly until: number }
  | { readonly ignorable: true }
  ? true
  : false
type FieldOf<Read, Write, O> = Field<Nullable<Read, O>, Nullable<Write, O>, IsOptional<O>>

type NumberOptions = FieldOptions<number>

export function int8<const O extends NumberOptions>(options?: O): FieldOf<number, number, O> {
  return field({ kind: 'int8' }, 0, options)
}

export function int16<const O extends NumberOptions>(options?: O): FieldOf<number, number, O> {
  return field({ kind: 'int16' }, 0, options)
}

export function uint16<const O extends NumberOptions>(options?: O): FieldOf<number, number, O> {
  return field({ kind: 'uint16' }, 0, options)
}

export function int32<const O extends NumberOptions>(options?: O): FieldOf<number, number, O> {
  return field({ kind: 'int32' }, 0, options)
}

/**
 * A 64-bit integer that is read as a number.
 *
 * A value beyond ±2^53 is refused as malformed, unless the field is a `sentinel`: one where 2^63−1 means "no limit",
 * or where any number of the client's has to be looked at before it is refused. Such a field reads as the nearest double,
 * and what is 2^63 as a double is written as 2^63−1.
 */
export function int64<const O extends NumberOptions & { readonly sentinel?: true }>(options?: O): FieldOf<number, number, O> {
  return field({ kind: 'int64', unsafe: options?.sentinel === true ? 'nearest' : 'refused' }, 0, options)
}

/** A 64-bit integer that keeps every bit: a number while that is exact, else a bigint. */
export function int64Exact<const O extends FieldOptions<number | bigint>>(options?: O): FieldOf<number | bigint, number | bigint, O> {
  return field({ kind: 'int64', unsafe: 'exact' }, 0, options)
}

export function float64<const O extends NumberOptions>(options?: O): FieldOf<number, number, O> {
  return field({ kind: 'float64' }, 0, options)
}

export function bool<const O extends FieldOptions<boolean>>(options?: O): FieldOf<boolean, boolean, O> {
  return field({ kind: 'bool' }, false, options)
}

export function string<const O extends FieldOptions<string>>(options?: O): FieldOf<string, string, O> {
  return field({ kind: 'string', tooLong: 'refused' }, '', options)
}

/**
 * An error message. It may quote what a client sent, however long that was: of a message that is too long to be read with profit,
 * or for a string of Kafka's, the beginning and the end are written. So nobody who makes one has to think of it.
 */
export function errorText<const O extends FieldOptions<string>>(options?: O): FieldOf<string, string, O> {
  return field({ kind: 'string', tooLong: 'cut' }, '', options)
}

/** 16 bytes, read as the 22 characters by which Kafka prints a uuid. */
export function uuid<const O extends FieldOptions<string>>(options?: O): FieldOf<string, string, O> {
  return field({ kind: 'uuid' }, ZERO_UUID, options)
}

/** Bytes with their length before them. What is read is a view of the frame, good as long as the frame is. */
export function bytes<const O extends FieldOptions<Uint8Array>>(options?: O): FieldOf<Buffer, Uint8Array, O> {
  return field({ kind: 'bytes' }, empty, options)
}

/** Record batches. They are read as a view of the frame, and written without a copy; always may be null. */
export function records<const O extends FieldOptions<null>>(
  options?: O,
): Field<Buffer | null, Buffer | readonly Buffer[] | null, IsOptional<O>> {
  return field({ kind: 'records' }, null, { nullable: 0, ...options })
}

export function array<R, W, const O extends FieldOptions<readonly []>>(
  of: Field<R, W>,
  options?: O,
): FieldOf<readonly R[], readonly W[], O> {
  return field({ kind: 'array', of }, noElements, options)
}

/** Fields that belong together. A struct that several messages or arrays have is named once and given to each. */
export function struct<const F extends Fields, const O extends Omit<FieldOptions<null>, 'nullable'>>(
  fields: F,
  options?: O,
): Field<ReadOf<F>, WriteOf<F>, IsOptional<O>> {
  return field({ kind: 'struct', fields }, defaultsOf(fields), options)
}

/** A struct that may be null, in every version that has it unless `nullable` says otherwise. */
export function nullableStruct<const F extends Fields, const O extends FieldOptions<null>>(
  fields: F,
  options?: O,
): Field<ReadOf<F> | null, WriteOf<F> | null, IsOptional<O>> {
  return field({ kind: 'struct', fields }, defaultsOf(fields), { nullable: options?.since ?? 0, ...options })
}

const empty = Buffer.alloc(0)
const noElements: readonly never[] = Object.freeze([])

/** The struct whose every field has its default: what a struct is where it is absent. */
function defaultsOf(fields: Fields): Readonly<Record<string, unknown>> {
  return Object.freeze(Object.fromEntries(Object.entries(fields).map(([name, { default: value }]) => [name, value])))
}

function field<Read, Write, Optional extends boolean>(
  type: FieldType,
  implicit: unknown,
  options: FieldOptions<unknown> = {},
): Field<Read, Write, Optional> {
  return {
    type,
    since: options.since ?? 0,
    until: options.until ?? Infinity,
    nullable: options.nullable ?? Infinity,
    tag: options.tag,
    default: options.default === undefined ? implicit : options.default,
    ignorable: options.ignorable ?? false,
  }
}
