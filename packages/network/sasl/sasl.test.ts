import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import { Secret } from '@odradek/common/logging'
import { SeededRandom } from '@odradek/common/random'
import type { Random } from '@odradek/common/random'
import { VirtualTime } from '@odradek/common/time'
import { fetchToken, KeptToken, oauthBearer, plain, scram } from './index.ts'
import type { BearerToken, SaslExchange, SaslMechanism } from './index.ts'
import { expiryOf } from './token.ts'

const begin = async (mechanism: SaslMechanism): Promise<SaslExchange> => mechanism.begin()
const password = new Secret('pencil')

test('PLAIN is who to act as, user and password, apart by zeros', async () => {
  const exchange = await begin(plain({ username: 'tim', password: new Secret('tanstaaftanstaaf') }))
  assert.equal(exchange.first().toString(), '\0tim\0tanstaaftanstaaf')
  assert.equal(exchange.next(Buffer.alloc(0)), undefined)
  assert.equal(
    (await begin(plain({ username: 'u', password: new Secret('p'), authorizationId: 'other' }))).first().toString(),
    'other\0u\0p',
  )
})

/** The example of RFC 7677, whose nonce must be what we draw: 18 bytes in base64 there, so the text itself is put in. */
const rfc7677 = {
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal: 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
}

/** Draws the bytes that give this text in base64url. */
function drawing(text: string): Random {
  const random = new SeededRandom('nonce')
  return Object.assign(Object.create(random), { bytes: () => Buffer.from(text, 'base64url') })
}

test('SCRAM-SHA-256 says what RFC 7677 says', async () => {
  const exchange = await begin(scram({ mechanism: 'SCRAM-SHA-256', username: 'user', password, random: drawing(rfc7677.nonce) }))
  assert.equal(exchange.first().toString(), `n,,n=user,r=${rfc7677.nonce}`)
  assert.equal(exchange.next(Buffer.from(rfc7677.serverFirst))?.toString(), rfc7677.clientFinal)
  assert.equal(exchange.next(Buffer.from(rfc7677.serverFinal)), undefined)
})

test('a broker that does not know the password is noticed', async () => {
  const exchange = await begin(scram({ mechanism: 'SCRAM-SHA-256', username: 'user', password, random: drawing(rfc7677.nonce) }))
  exchange.first()
  exchange.next(Buffer.from(rfc7677.serverFirst))
  assert.throws(() => exchange.next(Buffer.from(`v=${Buffer.alloc(32, 7).toString('base64')}`)), /did not prove that it knows the password/)
  assert.throws(() => exchange.next(Buffer.from('')), /did not prove/)
  assert.throws(() => exchange.next(Buffer.from('e=other-error')), /other-error/)
})

test('SCRAM refuses what a broker of good will does not send', async () => {
  const answers: readonly (readonly [string, RegExp])[] = [
    ['r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', /nonce/],
    [`r=${rfc7677.nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`, /nonce/],
    [`r=${rfc7677.nonce}x,s=,i=4096`, /salt/],
    [`r=${rfc7677.nonce}x,s=W22Z,i=10`, /10 iterations/],
    [`r=${rfc7677.nonce}x,s=W22Z,i=2000000000`, /2000000000 iterations/],
    [`r=${rfc7677.nonce}x,s=W22Z`, /iterations/],
    ['e=unknown-user', /unknown-user/],
    ['', /nonce/],
  ]
  for (const [answer, message] of answers) {
    const exchange = await begin(scram({ mechanism: 'SCRAM-SHA-256', username: 'user', password, random: drawing(rfc7677.nonce) }))
    exchange.first()
    assert.throws(() => exchange.next(Buffer.from(answer)), message, answer)
  }
})

test('SCRAM-SHA-512: both sides come to the same keys, and names with commas and signs of equality pass', async () => {
  const exchange = await begin(
    scram({
      mechanism: 'SCRAM-SHA-512',
      username: 'a=b,c',
      password,
      authorizationId: 'x,y',
      tokenAuth: true,
      random: new SeededRandom('n'),
    }),
  )
  const first = exchange.first().toString()
  assert.match(first, /^n,a=x=2Cy,n=a=3Db=2Cc,r=[\w-]{32},tokenauth=true$/)
  const bare = first.slice(first.indexOf('n=a'))
  const nonce = /r=([^,]*)/.exec(bare)?.[1] ?? ''
  const salt = Buffer.from('salt of eight')
  const serverFirst = `r=${nonce}more,s=${salt.toString('base64')},i=8192`
  const final = exchange.next(Buffer.from(serverFirst))?.toString() ?? ''
  const [withoutProof, proof] = final.split(',p=')
  assert.equal(withoutProof, `c=${Buffer.from('n,a=x=2Cy,').toString('base64')},r=${nonce}more`)
  // As the broker checks it: the stored key is the hash of the proof without its signature.
  const salted = pbkdf2Sync('pencil', salt, 8192, 64, 'sha512')
  const hmac = (key: Buffer, text: string): Buffer => createHmac('sha512', key).update(text).digest()
  const hash = (bytes: Buffer): Buffer => createHash('sha512').update(bytes).digest()
  const storedKey = hash(hmac(salted, 'Client Key'))
  const signed = `${bare},${serverFirst},${withoutProof}`
  const signature = hmac(storedKey, signed)
  assert.deepEqual(hash(Buffer.from(Buffer.from(proof ?? '', 'base64').map((byte, index) => byte ^ (signature[index] ?? 0)))), storedKey)
  assert.equal(exchange.next(Buffer.from(`v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}`)), undefined)
})

test('OAUTHBEARER presents its token with extensions, and takes note of why it is refused', async () => {
  const exchange = await begin(oauthBearer(() => ({ value: 'abc.def', extensions: { logicalCluster: 'lkc-1' } })))
  assert.equal(exchange.first().toString(), 'n,,\u0001auth=Bearer abc.def\u0001logicalCluster=lkc-1\u0001\u0001')
  assert.equal(exchange.next(Buffer.from('{"status":"invalid_token"}'))?.toString(), '\u0001')
  assert.equal(exchange.complaint, '{"status":"invalid_token"}')
  assert.equal(exchange.next(Buffer.alloc(0)), undefined)
})

const jwt = (claims: object): string => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`

test('a token says itself when it ends, if it is a JWT with exp', () => {
  assert.equal(expiryOf(jwt({ exp: 1700 })), 1_700_000)
  for (const other of ['opaque', 'a.b.c', jwt({}), jwt({ exp: 'soon' }), 'e30.bnVsbA.']) assert.equal(expiryOf(other), undefined)
})

const refresh = { windowFactor: 0.8, windowJitter: 0, minPeriodSeconds: 60, bufferSeconds: 300 }

function keeping(
  lifetimeMs: number | undefined,
  settings = refresh,
): { kept: KeptToken; time: VirtualTime; fetched: () => number; fail: (now: boolean) => void } {
  const time = new VirtualTime()
  let count = 0
  let isFailing = false
  const kept = new KeptToken({
    clock: time,
    random: new SeededRandom('t'),
    settings,
    fetch: async (): Promise<BearerToken> => {
      count++
      if (isFailing) throw new Error('away')
      return { value: `t${count}`, ...(lifetimeMs === undefined ? {} : { expiresAtMs: time.now() + lifetimeMs }) }
    },
  })
  return { kept, time, fetched: () => count, fail: (now) => void (isFailing = now) }
}

test('a token is kept for four fifths of its life; then a new one is fetched while the old one serves', async () => {
  const { kept, time, fetched } = keeping(3_600_000)
  assert.equal((await kept.get()).value, 't1')
  await time.advance(2_879_000)
  assert.equal((await kept.get()).value, 't1')
  assert.equal(fetched(), 1)
  await time.advance(2_000)
  assert.equal((await kept.get()).value, 't1')
  await time.runTurn()
  assert.equal((await kept.get()).value, 't2')
})

test('many who need a token at once share one question', async () => {
  const { kept, fetched } = keeping(3_600_000)
  await Promise.all([kept.get(), kept.get(), kept.get()])
  assert.equal(fetched(), 1)
})

test('a token endpoint that is away does no harm while the old token is good, and is told after', async () => {
  const { kept, time, fail } = keeping(3_600_000)
  await kept.get()
  fail(true)
  await time.advance(3_000_000)
  assert.equal((await kept.get()).value, 't1')
  await time.advance(600_001)
  await assert.rejects(kept.get(), /away/)
  fail(false)
  await kept.get()
})

test('buffer and least period shift the moment of replacement; a life too short for both goes by the window', async () => {
  const replacedAfter = async (lifetimeMs: number, settings = refresh): Promise<number> => {
    const { kept, time, fetched } = keeping(lifetimeMs, settings)
    await kept.get()
    for (let ms = 0; ms < lifetimeMs; ms += 1000) {
      await time.advance(1000)
      await kept.get()
      if (fetched() > 1) return ms + 1000
    }
    return lifetimeMs
  }
  assert.equal(await replacedAfter(1_000_000), 700_000, 'buffer')
  assert.equal(await replacedAfter(70_000, { ...refresh, bufferSeconds: 0 }), 60_000, 'least period')
  assert.equal(await replacedAfter(100_000), 80_000, 'neither')
})

test('a token without a known end is fetched for each exchange', async () => {
  const { kept, fetched } = keeping(undefined)
  await kept.get()
  await kept.get()
  assert.equal(fetched(), 2)
})

const endpoint = {
  url: 'https://id.example/token',
  clientId: 'my id',
  clientSecret: new Secret('s:cret'),
  scope: 'kafka',
  urlEncodeHeader: false,
  extensions: {},
  timeoutMs: 1000,
  retryAfterMs: 100,
  retryForMs: 1000,
}

function world(...answers: readonly (Response | Error)[]) {
  const asked: RequestInit[] = []
  let now = 1_000_000
  const left = [...answers]
  return {
    asked,
    fetch: (_url: string, init: RequestInit) => {
      asked.push(init)
      const answer = left.length > 1 ? left.shift() : left[0]
      return answer instanceof Error || answer === undefined
        ? Promise.reject(answer ?? new Error('nothing'))
        : Promise.resolve(answer.clone())
    },
    now: () => now,
    sleep: async (ms: number) => void (now += ms),
  }
}

test('tokens are fetched with client credentials', async () => {
  const sees = world(Response.json({ access_token: 'abc', expires_in: 60 }))
  assert.deepEqual(await fetchToken(endpoint, sees), { value: 'abc', expiresAtMs: 1_060_000 })
  const [{ method, headers, body } = {}] = sees.asked
  assert.equal(method, 'POST')
  assert.equal(body, 'grant_type=client_credentials&scope=kafka')
  assert.equal(new Headers(headers).get('authorization'), `Basic ${Buffer.from('my id:s:cret').toString('base64')}`)
  const encoded = world(Response.json({ access_token: 'abc' }))
  assert.deepEqual(await fetchToken({ ...endpoint, urlEncodeHeader: true, extensions: { a: 'b' } }, encoded), {
    value: 'abc',
    extensions: { a: 'b' },
  })
  assert.equal(new Headers(encoded.asked[0]?.headers).get('authorization'), `Basic ${Buffer.from('my%20id:s%3Acret').toString('base64')}`)
})

test('what may pass is tried again for a while, a refusal is not, and nobody reads the secret in an error', async () => {
  const busy = world(new Response('later', { status: 503 }), new Error('reset'), Response.json({ access_token: 'abc' }))
  assert.equal((await fetchToken(endpoint, busy)).value, 'abc')
  assert.equal(busy.asked.length, 3)
  const away = world(new Error('reset'))
  await assert.rejects(fetchToken(endpoint, away), /id\.example\/token could not be asked: reset/)
  assert(away.asked.length >= 4 && away.asked.length <= 6)
  for (const refusal of [new Response('{"error":"invalid_client"}', { status: 401 }), Response.json({}), new Response('<html>')]) {
    const refusing = world(refusal)
    await assert.rejects(
      fetchToken(endpoint, refusing),
      (error) => error instanceof Error && !error.message.includes('s:cret') && /token endpoint/.test(error.message),
    )
    assert.equal(refusing.asked.length, 1)
  }
})
