import { readFileSync } from 'node:fs'
import { JavaError } from './java-error.ts'

/** A file that an option names. Throws as Kafka's `Utils.readFileAsString` when it can't be read. */
export function textFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new JavaError('java.io.IOException', `Unable to read file ${path}`, { cause })
  }
}
