import { CompressionError } from './compression-error.ts'

/** How the records of a batch are compressed. The place in the list is the number in the batch's attributes. */
export const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

export type Codec = (typeof codecs)[number]

export function codecIdOf(codec: Codec): number {
  return codecs.indexOf(codec)
}

/** The codec with this number. Throws `CompressionError` for 5 to 7, which the three bits could hold but nobody has defined. */
export function codecOf(id: number): Codec {
  const codec = codecs[id]
  if (codec === undefined) throw new CompressionError('UNSUPPORTED', `compression type ${id} does not exist`)
  return codec
}

export function isCodec(name: string): name is Codec {
  return (codecs as readonly string[]).includes(name)
}
