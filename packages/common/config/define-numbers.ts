import type { ConfigDef } from './config-def.ts'
import { ConfigError } from './config-error.ts'
import { define } from './define.ts'
import type { Options, OrNull } from './define.ts'
import { doubleText, readDouble, readWhole, wholeText } from './numbers.ts'
import type { WholeType } from './numbers.ts'

export interface NumberOptions<Default> extends Options<Default> {
  readonly atLeast?: number
  readonly atMost?: number
  /** One more value outside of the range, with a meaning of its own. */
  readonly or?: number
}

type NumberDef<Default> = ConfigDef<number | OrNull<Default>>

export function int<const Default extends number | null = number>(options: NumberOptions<Default>): NumberDef<Default> {
  return whole('INT', options)
}

export function short<const Default extends number | null = number>(options: NumberOptions<Default>): NumberDef<Default> {
  return whole('SHORT', options)
}

/** 64 bits. The value is a number, the nearest one beyond 2^53; what is shown is exact. */
export function long<const Default extends number | null = number>(options: NumberOptions<Default>): NumberDef<Default> {
  return whole('LONG', options)
}

export function double<const Default extends number | null = number>(options: NumberOptions<Default>): NumberDef<Default> {
  const read = (name: string, text: string): number => {
    const value = readDouble(text)
    if (value === undefined) throw ConfigError.invalidValue(name, text, 'Not a number of type DOUBLE')
    return inRange(name, value, doubleText(value), options)
  }
  const canonical = (text: string): string => doubleText(readDouble(text) ?? Number.NaN)
  return define({ type: 'DOUBLE', valid: rangeText(options), read, canonical }, options, defaultOf(options, doubleText))
}

function whole<Default extends number | null>(type: WholeType, options: NumberOptions<Default>): NumberDef<Default> {
  const read = (name: string, text: string): number => {
    const value = readWhole(type, text)
    if (value === undefined) throw ConfigError.invalidValue(name, text, `Not a number of type ${type}`)
    return inRange(name, Number(value), String(value), options)
  }
  const canonical = (text: string): string => String(readWhole(type, text))
  return define({ type, valid: rangeText(options), read, canonical }, options, defaultOf(options, wholeText))
}

function inRange(name: string, value: number, text: string, { atLeast, atMost, or }: NumberOptions<unknown>): number {
  if (value === or) return value
  if (or !== undefined && ((atLeast !== undefined && value < atLeast) || (atMost !== undefined && value > atMost))) {
    throw ConfigError.invalidValue(name, text, `Value must be between ${atLeast} and ${atMost} or equal to ${or}`)
  }
  if (atLeast !== undefined && value < atLeast) throw ConfigError.invalidValue(name, text, `Value must be at least ${atLeast}`)
  if (atMost !== undefined && value > atMost) throw ConfigError.invalidValue(name, text, `Value must be no more than ${atMost}`)
  return value
}

function rangeText({ atLeast, atMost, or }: NumberOptions<unknown>): string {
  if (atLeast === undefined && atMost === undefined) return ''
  const range = atMost === undefined ? `[${atLeast},...]` : atLeast === undefined ? `[...,${atMost}]` : `[${atLeast},...,${atMost}]`
  return or === undefined ? range : `${range} or ${or}`
}

function defaultOf(options: Options<number | null>, print: (value: number) => string): string | null | undefined {
  return typeof options.default === 'number' ? print(options.default) : options.default
}
