import { readFileSync } from 'node:fs'
import { ConfigError } from '../errors/config-error.ts'

/** A file with keys or certificates, by what is really in it. */
export interface KeyFile {
  readonly form: 'PEM' | 'PKCS12'
  readonly content: Buffer
}

const jksMagic = 0xfeed_feed

/**
 * Reads the file of `ssl.keystore.location` or `ssl.truststore.location` and makes sure that it has the form it is said to have.
 * As in Java, a file called JKS may be of PKCS #12 too, since that is what keytool writes nowadays.
 */
export function readKeyFile(setting: 'ssl.keystore' | 'ssl.truststore', path: string, type: string): KeyFile {
  let content: Buffer
  try {
    content = readFileSync(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`${setting}.location ${path} can not be read: ${reason}.`, { settings: [`${setting}.location`], cause: error })
  }
  const said = type.toUpperCase()
  const form = formOf(content)
  if (form === 'JKS') {
    throw new ConfigError(
      `${setting}.location ${path} is a JKS file, a form that Java alone can read. Make a PKCS12 file of it: ` +
        `keytool -importkeystore -srckeystore ${path} -destkeystore ${path}.p12 -deststoretype PKCS12, then ${setting}.type=PKCS12.`,
      { settings: [`${setting}.location`, `${setting}.type`] },
    )
  }
  if (said !== 'JKS' && said !== 'PEM' && said !== 'PKCS12') {
    throw new ConfigError(`${setting}.type ${type} is unknown: PEM and PKCS12 can be read.`, { settings: [`${setting}.type`] })
  }
  if (form === undefined || (said === 'PEM') !== (form === 'PEM')) {
    const actual = form === undefined ? 'neither PEM nor PKCS12' : `${form}: write ${setting}.type=${form}`
    throw new ConfigError(`${setting}.location ${path} is said to be ${said}, and is ${actual}.`, {
      settings: [`${setting}.location`, `${setting}.type`],
    })
  }
  return { form, content }
}

function formOf(content: Buffer): 'JKS' | 'PEM' | 'PKCS12' | undefined {
  if (content.length >= 4 && content.readUInt32BE(0) === jksMagic) return 'JKS'
  if (content.includes('-----BEGIN ')) return 'PEM'
  return content[0] === 0x30 ? 'PKCS12' : undefined
}
