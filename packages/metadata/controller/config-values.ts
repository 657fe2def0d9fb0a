import { Buffer } from 'node:buffer'
import type { ConfigEntries } from '../image/configs-image.ts'
import { refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'

const maxValueLength = 32_767

/** Values are carried by strings of 16-bit length, so none may be longer. */
export function checkValueSizes(entries: ConfigEntries): Outcome | undefined {
  for (const value of entries.values()) {
    if (value.length > maxValueLength / 3 && Buffer.byteLength(value) > maxValueLength) {
      return refused(
        'INVALID_CONFIG',
        `The configuration value cannot be added because it exceeds the maximum value size of ${maxValueLength} bytes.`,
      )
    }
  }
  return undefined
}
