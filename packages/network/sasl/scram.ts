import { Buffer } from 'node:buffer'
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import type { Secret } from '@odradek/common/logging'
import type { Random } from '@odradek/common/random'
import type { SaslExchange, SaslMechanism } from './mechanism.ts'

export interface ScramOptions {
  readonly mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly username: string
  readonly password: Secret
  readonly authorizationId?: string
  /** User and password are id and hmac of a delegation token (KIP-48). */
  readonly tokenAuth?: boolean
  /** For nonces: must not be guessed. */
  readonly random: Random
}

/**
 * Proves that both sides know the password, without sending it (RFC 5802, 7677).
 *
 *     C: n,,n=alice,r=fyko            our nonce
 *     S: r=fykoN3W,s=QSXC…,i=4096     nonce of both, salt, iterations
 *     C: c=biws,r=fykoN3W,p=v0X8…     proof
 *     S: v=rmF9…                      proof of the broker
 */
export function scram({ mechanism, username, password, authorizationId = '', tokenAuth = false, random }: ScramOptions): SaslMechanism {
  const salting = new Salting(mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512', password)
  return {
    name: mechanism,
    begin: () => {
      const nonce = Buffer.from(random.bytes(24)).toString('base64url')
      const gs2 = `n,${authorizationId === '' ? '' : `a=${saslName(authorizationId)}`},`
      return new ScramExchange(salting, gs2, `n=${saslName(username)},r=${nonce}${tokenAuth ? ',tokenauth=true' : ''}`, nonce)
    },
  }
}

class ScramExchange implements SaslExchange {
  readonly #salting: Salting
  readonly #gs2: string
  readonly #firstBare: string
  readonly #nonce: string
  #serverSignature: Buffer | undefined

  constructor(salting: Salting, gs2: string, firstBare: string, nonce: string) {
    this.#salting = salting
    this.#gs2 = gs2
    this.#firstBare = firstBare
    this.#nonce = nonce
  }

  first(): Buffer {
    return Buffer.from(this.#gs2 + this.#firstBare)
  }

  next(answer: Buffer): Buffer | undefined {
    const text = answer.toString()
    const attributes = readAttributes(text)
    const error = attributes.get('e')
    if (error !== undefined) throw new Error(`the broker refused: ${error}`)
    if (this.#serverSignature === undefined) return this.#prove(text, attributes)
    const signature = Buffer.from(attributes.get('v') ?? '', 'base64')
    if (signature.length !== this.#serverSignature.length || !timingSafeEqual(signature, this.#serverSignature))
      throw new Error('the broker did not prove that it knows the password')
    return undefined
  }

  #prove(serverFirst: string, attributes: ReadonlyMap<string, string>): Buffer {
    const nonce = attributes.get('r') ?? ''
    const salt = Buffer.from(attributes.get('s') ?? '', 'base64')
    const iterations = Number(attributes.get('i'))
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) throw new Error('the broker did not take up our nonce')
    if (salt.length === 0) throw new Error('the broker sent no salt')
    if (!Number.isInteger(iterations) || iterations < leastIterations || iterations > mostIterations)
      throw new Error(
        `the broker wants ${attributes.get('i') ?? 'no number of'} iterations; ${leastIterations} to ${mostIterations} are taken`,
      )
    const { clientKey, storedKey, serverKey } = this.#salting.keys(salt, iterations)
    const withoutProof = `c=${Buffer.from(this.#gs2).toString('base64')},r=${nonce}`
    const signed = `${this.#firstBare},${serverFirst},${withoutProof}`
    const signature = this.#salting.hmac(storedKey, signed)
    this.#serverSignature = this.#salting.hmac(serverKey, signed)
    const proof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)))
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`)
  }
}

interface Keys {
  readonly clientKey: Buffer
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** Turns the password into keys. That is slow on purpose, so the last ones are kept for the next connection. */
class Salting {
  readonly #hash: 'sha256' | 'sha512'
  readonly #password: Secret
  #kept: { readonly of: string; readonly keys: Keys } | undefined

  constructor(hash: 'sha256' | 'sha512', password: Secret) {
    this.#hash = hash
    this.#password = password
  }

  keys(salt: Buffer, iterations: number): Keys {
    const of = `${iterations} ${salt.toString('base64')}`
    if (this.#kept?.of === of) return this.#kept.keys
    const salted = pbkdf2Sync(this.#password.reveal(), salt, iterations, this.#hash === 'sha256' ? 32 : 64, this.#hash)
    const clientKey = this.hmac(salted, 'Client Key')
    const keys = { clientKey, storedKey: createHash(this.#hash).update(clientKey).digest(), serverKey: this.hmac(salted, 'Server Key') }
    this.#kept = { of, keys }
    return keys
  }

  hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest()
  }
}

/** Fewer would make guessing cheap for whoever listens; more would let a broker keep us busy for seconds. */
const leastIterations = 4_096
const mostIterations = 500_000

function readAttributes(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}

function saslName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}
