import { readFileSync } from 'node:fs'
import { parseProperties } from '@odradek/common/config'
import { Kafka } from '@odradek/client'
import type { ClientOptions } from '@odradek/client'
import type { Terminal } from '../terminal.ts'
import { illegalArgument, JavaError } from './java-error.ts'
import { log4jLogger } from './log4j.ts'

export interface ClientsOptions {
  readonly terminal: Terminal
  /** What `--bootstrap-server` says. It wins over the properties. */
  readonly bootstrapServer?: string | undefined
  readonly bootstrapControllers?: string | undefined
  /** The file that `--command-config` names. */
  readonly commandConfig?: string | undefined
  /** What was given one by one, `--command-property k=v`. They win over the file. */
  readonly properties?: Readonly<Record<string, string>> | undefined
  /** Unless file or properties say another one. */
  readonly clientId?: string | undefined
}

/**
 * A `Kafka` as a tool needs it: settings from a properties file and from the command line, warnings on stderr in the form of Kafka's.
 * Throws what Java would when the file can't be read. Close it, or the process does not end.
 */
export function clientsOf(options: ClientsOptions): Kafka {
  const { terminal, bootstrapServer, bootstrapControllers, commandConfig, properties = {}, clientId } = options
  const given: Readonly<Record<string, string>> = {
    ...(clientId === undefined ? {} : { 'client.id': clientId }),
    ...(commandConfig === undefined ? {} : propertiesFile(commandConfig)),
    ...properties,
    ...(bootstrapServer === undefined ? {} : { 'bootstrap.servers': bootstrapServer }),
    ...(bootstrapControllers === undefined ? {} : { 'bootstrap.controllers': bootstrapControllers }),
  }
  const settings: ClientOptions = Object.fromEntries(Object.entries(given).filter(([name]) => isSetting(name)))
  return new Kafka(settings, { logger: log4jLogger(terminal) })
}

/** Other names than Kafka's are nothing to Java; to a `Kafka` they would be options of ours, or mistakes. */
const isSetting = (name: string): boolean => name.includes('.') || name === 'acks' || name === 'retries'

/** The properties of a file. Throws as Java's `Utils.loadProps` does. */
export function propertiesFile(path: string): Readonly<Record<string, string>> {
  let text: string
  try {
    text = readFileSync(path, 'latin1')
  } catch (error) {
    throw unreadable(path, error)
  }
  // Java reads such files as Latin-1; but what people write is UTF-8, and bytes of that can hardly be meant otherwise.
  const utf8 = Buffer.from(text, 'latin1').toString('utf8')
  try {
    return Object.fromEntries(parseProperties((utf8.includes('\uFFFD') ? text : utf8).replace(/^\uFEFF/, '')))
  } catch {
    throw illegalArgument(String.raw`Malformed \uxxxx encoding.`)
  }
}

/** Java's words for a file that can't be read. */
export function unreadable(path: string, error: unknown): JavaError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return new JavaError('java.nio.file.NoSuchFileException', path, { cause: error })
  if (code === 'EACCES') return new JavaError('java.nio.file.AccessDeniedException', path, { cause: error })
  if (code === 'EISDIR') return new JavaError('java.io.IOException', 'Is a directory', { cause: error })
  return new JavaError('java.io.IOException', error instanceof Error ? error.message : String(error), { cause: error })
}
