import { readFileSync } from 'node:fs'
import { parser } from './options.ts'

/** `@file` stands for the lines of a file, each of them an argument. */
export function withArgumentFiles(args: readonly string[]): readonly string[] {
  return args.flatMap((arg) => {
    if (!/^@+[^@]/.test(arg)) return [arg]
    const path = arg.replace(/^@+/, '')
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch {
      throw parser.exception(`Could not read arguments from file '${path}'`)
    }
    const lines = text.split(/\r\n|\n|\r/)
    if (lines.at(-1) === '') lines.pop()
    return withArgumentFiles(lines)
  })
}
