import type { Readable } from 'node:stream'
import { UserError } from '@odradek/common/errors'

/** How long a line may be: a broker takes a megabyte unless it is told otherwise, and whoever pipes a file without line breaks should hear of it. */
const longest = 64 * 1024 * 1024

/** Lines of a stream as bytes, without their line breaks (`\n` or `\r\n`); a last line without one counts. Valid until the next is asked for. */
export async function* linesOf(input: Readable): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of input) {
    const read: Buffer = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, Buffer.from(chunk)])
    let from = 0
    for (let at = read.indexOf(10); at >= 0; at = read.indexOf(10, from)) {
      yield read.subarray(from, at > from && read[at - 1] === 13 ? at - 1 : at)
      from = at + 1
    }
    rest = read.subarray(from)
    if (rest.length > longest) throw new UserError('a line is longer than 64 MiB. --whole sends a file as one record')
  }
  if (rest.length > 0) yield rest.at(-1) === 13 ? rest.subarray(0, -1) : rest
}
