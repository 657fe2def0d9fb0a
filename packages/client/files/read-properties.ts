import { readFile } from 'node:fs/promises'
import { parseProperties } from '@odradek/common/config'
import type { ClientOptions } from '../config/index.ts'
import { ConfigError } from '../errors/config-error.ts'

/**
 * Reads a `.properties` file of the Java client: `new Kafka(await readProperties('client.properties'))`.
 *
 * What is in it may be for producers, consumers and admins alike: each takes what it knows. Rejects with `ConfigError` when there is no such file, or when it
 * can not be read.
 */
export async function readProperties(path: string): Promise<ClientOptions> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`The properties file ${path} can not be read: ${reason}.`, { cause: error })
  }
  try {
    return Object.fromEntries(parseProperties(text.replace(/^\uFEFF/, '')))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`The properties file ${path} is malformed: ${reason}`, { cause: error })
  }
}
