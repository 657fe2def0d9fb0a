import { propertiesFile } from '../clients.ts'
import { keyValues } from '../options/key-values.ts'
import type { ProducerToolOptions } from './options.ts'

type Properties = Readonly<Record<string, string>>

/** The names by which options were given: old and new ones. */
export interface GivenNames {
  readonly readerProperty: 'reader-property' | 'property'
  readonly commandProperty: 'command-property' | 'producer-property'
  readonly commandConfig: 'command-config' | 'producer.config'
}

/** The settings of the producer: an option that was given wins over a property, a property over the file, and that over the default of the option. */
export function producerSettings(options: ProducerToolOptions, { commandConfig, commandProperty }: GivenNames): Properties {
  const file = options.value(commandConfig)
  const properties: Properties = { ...(file === undefined ? {} : propertiesFile(file)), ...keyValues(options.values(commandProperty)) }
  const merged: Record<string, string> = { ...properties }
  const merge = (setting: string, option: keyof typeof settingOf): void => {
    const value = options.value(option)
    if (value !== undefined && (options.has(option) || merged[setting] === undefined)) merged[setting] = value
  }
  for (const [option, setting] of Object.entries(settingOf)) {
    // What is not given is the producer's own default; our client lets batches grow under load where nobody has said how large they should be.
    if (isOption(option) && (setting !== 'batch.size' || options.has(option))) merge(setting, option)
  }
  merged['compression.type'] = options.has('compression-codec') ? options.value('compression-codec') || 'gzip' : 'none'
  merged['client.id'] ??= 'console-producer'
  // It sends bytes, whatever the file says.
  delete merged['key.serializer']
  delete merged['value.serializer']
  return merged
}

/** The last one of two for the same setting wins. */
const settingOf = {
  timeout: 'linger.ms',
  'request-required-acks': 'acks',
  'request-timeout-ms': 'request.timeout.ms',
  'message-send-max-retries': 'retries',
  'retry-backoff-ms': 'retry.backoff.ms',
  'socket-buffer-size': 'send.buffer.bytes',
  'max-memory-bytes': 'buffer.memory',
  'batch-size': 'batch.size',
  'max-partition-memory-bytes': 'batch.size',
  'metadata-expiry-ms': 'metadata.max.age.ms',
  'max-block-ms': 'max.block.ms',
} as const

const isOption = (name: string): name is keyof typeof settingOf => Object.hasOwn(settingOf, name)

/** The properties of the reader. */
export function readerProperties(options: ProducerToolOptions, { readerProperty }: GivenNames): Properties {
  const file = options.value('reader-config')
  return {
    ...(file === undefined ? {} : propertiesFile(file)),
    topic: options.value('topic') ?? '',
    ...keyValues(options.values(readerProperty)),
  }
}
