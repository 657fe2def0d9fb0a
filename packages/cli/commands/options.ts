/** An option of a command: how it is written, and in one sentence what it does. */
export type OptionSpec =
  | { readonly kind: 'flag'; readonly summary: string; readonly short?: string }
  | {
      readonly kind: 'text'
      readonly summary: string
      readonly value: string
      readonly short?: string
      readonly choices?: readonly string[]
    }
  | { readonly kind: 'texts'; readonly summary: string; readonly value: string; readonly short?: string }
  | { readonly kind: 'count'; readonly summary: string; readonly value: string; readonly short?: string }

export type Options = Readonly<Record<string, OptionSpec>>

export type ValuesOf<O extends Options> = {
  readonly [Name in keyof O]: O[Name]['kind'] extends 'flag'
    ? boolean
    : O[Name]['kind'] extends 'texts'
      ? readonly string[]
      : O[Name]['kind'] extends 'count'
        ? number | undefined
        : string | undefined
}

interface More {
  /** One letter: `-p`. */
  readonly short?: string
}

export const flag = (summary: string, more: More = {}) => ({ kind: 'flag', summary, ...more }) as const
/** `value` stands for what is given in help: `KEY=VALUE`. */
export const text = (value: string, summary: string, more: More & { readonly choices?: readonly string[] } = {}) =>
  ({ kind: 'text', summary, value, ...more }) as const
/** May be given several times. */
export const texts = (value: string, summary: string, more: More = {}) => ({ kind: 'texts', summary, value, ...more }) as const
/** A whole number from 0 on. */
export const count = (value: string, summary: string, more: More = {}) => ({ kind: 'count', summary, value, ...more }) as const
