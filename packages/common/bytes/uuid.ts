import { Buffer } from 'node:buffer'
import type { Random } from '../random/random.ts'

/** A uuid the way Kafka prints it: 16 bytes as 22 characters of base64url. */
export type Uuid = string

/** Sixteen bytes of zero: Kafka's word for "no id". */
export const ZERO_UUID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA'

/**
 * A random uuid of version 4. Like Kafka's it never begins with a dash, which command lines would take for an option.
 */
export function randomUuid(random: Random): Uuid {
  for (;;) {
    const bytes = Buffer.from(random.bytes(16))
    bytes[6] = (bytes[6]! & 0x0f) | 0x40
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const uuid = bytes.base64urlSlice(0, 16)
    if (!uuid.startsWith('-')) return uuid
  }
}

/** Whether a text is a uuid: 22 characters that stand for exactly 16 bytes. */
export function isUuid(text: string): boolean {
  return /^[A-Za-z0-9_-]{21}[AQgw]$/.test(text)
}
