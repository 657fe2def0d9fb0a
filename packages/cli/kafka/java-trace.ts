import { JavaError } from './java-error.ts'
import { javaText } from './java-names.ts'

/**
 * What is left of a stack trace of Java's when its frames are left out: the error, and what it was caused by, a line each.
 * With ODRADEK_DEBUG in the environment our own frames are there.
 */
export function javaTrace(error: unknown): string {
  const lines = linesOf(error)
  let cause = error instanceof JavaError ? error.cause : undefined
  while (cause instanceof JavaError) {
    const [first = '', ...frames] = linesOf(cause)
    lines.push(`Caused by: ${first}`, ...frames)
    cause = cause.cause
  }
  return `${lines.join('\n')}\n`
}

function linesOf(error: unknown): string[] {
  const isDebugged = process.env['ODRADEK_DEBUG'] !== undefined && error instanceof Error
  return isDebugged ? [javaText(error), ...framesOf(error)] : [javaText(error)]
}

function framesOf({ stack = '' }: Error): readonly string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => `\t${line.trim()}`)
}
