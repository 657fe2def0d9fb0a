import { CompressionTypes } from './enums.ts'

/**
 * Where programs for kafkajs plug in codecs. All of Kafka's are built in here, so what is put in is not asked; it does no harm.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as kafkajs types it
export const CompressionCodecs: { [type in Exclude<CompressionTypes, 0>]: () => any } = {
  [CompressionTypes.GZIP]: () => ({}),
  [CompressionTypes.Snappy]: () => ({}),
  [CompressionTypes.LZ4]: () => ({}),
  [CompressionTypes.ZSTD]: () => ({}),
}
