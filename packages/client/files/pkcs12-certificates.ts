import { createDecipheriv, pbkdf2Sync, X509Certificate } from 'node:crypto'
import { elementsOf, inside, oidOf, tags } from './der.ts'
import type { Element } from './der.ts'

/** This PKCS #12 file has a form that can not be read here; the message says what, as the end of a sentence. */
export class UnreadablePkcs12 extends Error {}

const oids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  certBag: '1.2.840.113549.1.12.10.1.3',
  safeContentsBag: '1.2.840.113549.1.12.10.1.6',
  x509: '1.2.840.113549.1.9.22.1',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
} as const

const digests: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}

const ciphers: Readonly<Record<string, { readonly name: string; readonly keyBytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { name: 'aes-128-cbc', keyBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { name: 'aes-192-cbc', keyBytes: 24 },
  '2.16.840.1.101.3.4.1.42': { name: 'aes-256-cbc', keyBytes: 32 },
}

/** Iterations of deriving a key; more would be an attack on the reader. */
const mostIterations = 10_000_000

/**
 * The certificates of a PKCS #12 file as PEM. Node reads such files for keys; one that has nothing but certificates, a truststore of Java,
 * it refuses. Throws `UnreadablePkcs12`.
 */
export function pkcs12Certificates(file: Buffer, password: string): string {
  try {
    const [, authSafe] = inside(file)
    const certificates = contentInfos(octetsOf(contentInfo(authSafe)), password).flatMap((safe) => certificatesIn(safe))
    if (certificates.length === 0) throw new UnreadablePkcs12('there is no certificate in it')
    return certificates.map((der) => new X509Certificate(der).toString()).join('')
  } catch (error) {
    if (error instanceof UnreadablePkcs12) throw error
    throw new UnreadablePkcs12(error instanceof Error ? error.message : String(error))
  }
}

/** The contents of all parts, decrypted. */
function contentInfos(authenticatedSafe: Buffer, password: string): readonly Buffer[] {
  return inside(authenticatedSafe).map((part) => {
    const info = contentInfo(part)
    if (info.type === oids.data) return octetsOf(info)
    if (info.type === oids.encryptedData) return decrypted(info.content, password)
    throw new UnreadablePkcs12('it is protected by a public key')
  })
}

interface ContentInfo {
  readonly type: string
  readonly content: Buffer
}

function contentInfo(element: Element | undefined): ContentInfo {
  const [type, content] = elementsOf(present(element).content)
  return { type: oidOf(present(type)), content: present(content).content }
}

function octetsOf({ type, content }: ContentInfo): Buffer {
  const [octets] = elementsOf(content)
  if (type !== oids.data || octets?.tag !== tags.octets) throw new UnreadablePkcs12('it is not protected by a password')
  return octets.content
}

/** EncryptedData: version, then type, algorithm and the encrypted bytes. */
function decrypted(encryptedData: Buffer, password: string): Buffer {
  const [, info] = inside(encryptedData)
  const [, algorithm, encrypted] = elementsOf(present(info).content)
  const [scheme, parameters] = elementsOf(present(algorithm).content)
  if (oidOf(present(scheme)) !== oids.pbes2) throw new UnreadablePkcs12('its certificates are encrypted by an old method (RC2 or 3DES)')
  const [derivation, encryption] = elementsOf(present(parameters).content)
  const [cipherId, iv] = elementsOf(present(encryption).content)
  const cipher = ciphers[oidOf(present(cipherId))]
  if (cipher === undefined) throw new UnreadablePkcs12('its certificates are encrypted by an unknown method')
  const key = derivedKey(present(derivation), password, cipher.keyBytes)
  const decipher = createDecipheriv(cipher.name, key, present(iv).content)
  try {
    return Buffer.concat([decipher.update(bytesOf(present(encrypted))), decipher.final()])
  } catch {
    throw new UnreadablePkcs12('its password is wrong')
  }
}

function derivedKey(derivation: Element, password: string, keyBytes: number): Buffer {
  const [method, parameters] = elementsOf(derivation.content)
  if (oidOf(present(method)) !== oids.pbkdf2) throw new UnreadablePkcs12('its key is derived by an unknown method')
  const [salt, iterations, ...rest] = elementsOf(present(parameters).content)
  const prf = rest.find(({ tag }) => tag === tags.sequence)
  const digest = prf === undefined ? 'sha1' : digests[oidOf(present(elementsOf(prf.content)[0]))]
  const count = present(iterations).content.readUIntBE(0, Math.min(6, present(iterations).content.length))
  if (digest === undefined || count > mostIterations) throw new UnreadablePkcs12('its key is derived by an unknown method')
  return pbkdf2Sync(password, present(salt).content, count, keyBytes, digest)
}

/** Octets under an implicit tag, in one piece or in several. */
function bytesOf({ tag, content }: Element): Buffer {
  return tag === tags.implicit0 ? content : Buffer.concat(elementsOf(content).map((piece) => piece.content))
}

/** SafeContents: bags of which those with certificates count. */
function certificatesIn(safeContents: Buffer): readonly Buffer[] {
  return inside(safeContents).flatMap((bag) => {
    const [type, value] = elementsOf(bag.content)
    const kind = oidOf(present(type))
    if (kind === oids.safeContentsBag) return certificatesIn(present(value).content)
    if (kind !== oids.certBag) return []
    const [form, certificate] = inside(present(value).content)
    if (oidOf(present(form)) !== oids.x509) return []
    const [octets] = elementsOf(present(certificate).content)
    return [present(octets).content]
  })
}

function present(element: Element | undefined): Element {
  if (element === undefined) throw new UnreadablePkcs12('it ends before its time')
  return element
}
