import { readDouble, readWhole } from '@odradek/common/config'
import type { Argument } from './scope.ts'

const javaNames = { int: 'Integer', long: 'Long', double: 'Double' } as const

/** The argument of an option as what it is declared to be, or why it is not: in the words of Java. */
export function convert(argument: Argument, text: string): { readonly value: string | number } | { readonly problem: string } {
  const { type, choices } = argument
  const value = type === undefined ? text : readNumber(type, text)
  if (value === undefined) {
    const reason = type === 'double' && text.trim() === '' ? 'empty String' : `For input string: "${text}"`
    return { problem: `could not convert '${text}' to ${javaNames[type ?? 'int']} (${reason})` }
  }
  if (choices !== undefined && !choices.includes(value)) {
    return { problem: `invalid choice: '${text}' (choose from {${choices.join(',')}})` }
  }
  return { value }
}

function readNumber(type: keyof typeof javaNames, text: string): number | undefined {
  if (type === 'double') return readDouble(text.trim())
  const whole = readWhole(type === 'int' ? 'INT' : 'LONG', text)
  return whole === undefined ? undefined : Number(whole)
}
