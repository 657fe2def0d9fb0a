import { pbkdf2 } from 'node:crypto'
import type { Random } from '@odradek/common/random'
import { AlterUserScramCredentials, DescribeUserScramCredentials } from '@odradek/protocol/messages'
import type { Bytes } from '../bytes.ts'
import type { Waiting } from '../waiting.ts'
import { checkInteger, checkList, checkName, refuse } from './check.ts'
import { names } from './keys.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation, Verdicts } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { anyBroker, controller } from './targets/brokers.ts'

export type ScramMechanism = 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

/** What is known of a credential: never the password. */
export interface ScramCredentialInfo {
  readonly mechanism: ScramMechanism | 'UNKNOWN'
  readonly iterations: number
}

/** A password for a user, or the end of one. */
export type UserScramCredentialAlteration =
  | {
      readonly user: string
      readonly mechanism: ScramMechanism
      readonly password: string | Bytes
      /** 4096 unless given; brokers take 4096 to 16384. */
      readonly iterations?: number | undefined
      /** Random unless given. */
      readonly salt?: Bytes | undefined
    }
  | { readonly user: string; readonly mechanism: ScramMechanism; readonly delete: true }

export interface ScramCredentialsAdmin {
  /**
   * Which users have passwords for which SCRAM mechanisms (KIP-554); all users when none are named.
   *
   * Rejects with RESOURCE_NOT_FOUND for a user that has none.
   *
   * ```ts
   * for (const [user, credentials] of await admin.describeUserScramCredentials()) console.log(user, credentials)
   * ```
   */
  describeUserScramCredentials(users?: readonly string[], options?: Waiting): PerItem<string, readonly ScramCredentialInfo[]>

  /**
   * Sets and deletes passwords of users. They are salted and hashed here: a broker never sees them.
   *
   * ```ts
   * await admin.alterUserScramCredentials([{ user: 'alice', mechanism: 'SCRAM-SHA-512', password: 'secret' }])
   * ```
   */
  alterUserScramCredentials(alterations: readonly UserScramCredentialAlteration[], options?: Waiting): PerItem<string, void>
}

export function scramCredentialsAdmin(runner: Runner, { random }: { readonly random: Random }): ScramCredentialsAdmin {
  return {
    describeUserScramCredentials: (users = [], options) => runner.itemsFrom(describe(users), names, users, options),

    alterUserScramCredentials(alterations, options) {
      checkList('alterUserScramCredentials', 'alterations', alterations)
      for (const alteration of alterations) check(alteration)
      const byUser = Map.groupBy(alterations, ({ user }) => user)
      return runner.itemsAfter('alterUserScramCredentials', names, options, async () => {
        const credentials = await Promise.all(alterations.map((alteration) => wireCredential(alteration, random)))
        return { operation: alter(credentials), keys: [...byUser.keys()] }
      })
    },
  }
}

const mechanisms = { 'SCRAM-SHA-256': 1, 'SCRAM-SHA-512': 2 } as const satisfies Record<ScramMechanism, number>

function mechanismOf(number: number): ScramMechanism | 'UNKNOWN' {
  if (number === 1) return 'SCRAM-SHA-256'
  return number === 2 ? 'SCRAM-SHA-512' : 'UNKNOWN'
}

function describe(users: readonly string[]): Operation<undefined, Verdicts<string, readonly ScramCredentialInfo[]>> {
  return {
    name: 'describeUserScramCredentials',
    target: anyBroker(),
    ask: question({
      api: DescribeUserScramCredentials,
      request: () => ({ users: users.length === 0 ? null : users.map((name) => ({ name })) }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const value = answer.results.map(
            (result) =>
              [
                result.user,
                verdict(result, () =>
                  result.credentialInfos.map(({ mechanism, iterations }) => ({ mechanism: mechanismOf(mechanism), iterations })),
                ),
              ] as const,
          )
          return [[undefined, { value }]]
        }),
    }),
  }
}

type WireCredential =
  | { readonly kind: 'deletion'; readonly user: string; readonly mechanism: number }
  | {
      readonly kind: 'upsertion'
      readonly user: string
      readonly mechanism: number
      readonly iterations: number
      readonly salt: Bytes
      readonly saltedPassword: Bytes
    }

async function wireCredential(alteration: UserScramCredentialAlteration, random: Random): Promise<WireCredential> {
  const { user, mechanism } = alteration
  if ('delete' in alteration) return { kind: 'deletion', user, mechanism: mechanisms[mechanism] }
  const { password, iterations = 4096, salt = random.bytes(saltBytes) } = alteration
  const saltedPassword = await salted(mechanism, password, salt, iterations)
  return { kind: 'upsertion', user, mechanism: mechanisms[mechanism], iterations, salt, saltedPassword }
}

const saltBytes = 32

/** RFC 5802's Hi(), which is PBKDF2 with HMAC. */
function salted(mechanism: ScramMechanism, password: string | Bytes, salt: Bytes, iterations: number): Promise<Bytes> {
  const [digest, length] = mechanism === 'SCRAM-SHA-256' ? ['sha256', 32] : ['sha512', 64]
  const { promise, resolve, reject } = Promise.withResolvers<Bytes>()
  pbkdf2(password, salt, iterations, length, digest, (error, derived) => (error === null ? resolve(derived) : reject(error)))
  return promise
}

function alter(credentials: readonly WireCredential[]): Operation<string, void> {
  return {
    name: 'alterUserScramCredentials',
    target: controller(),
    ask: question({
      api: AlterUserScramCredentials,
      request: (users) => {
        const wanted = credentials.filter(({ user }) => users.includes(user))
        return {
          deletions: wanted.flatMap(({ kind, user, mechanism }) => (kind === 'deletion' ? [{ name: user, mechanism }] : [])),
          upsertions: wanted.flatMap((credential) => {
            if (credential.kind === 'deletion') return []
            const { user, mechanism, iterations, salt, saltedPassword } = credential
            return [{ name: user, mechanism, iterations, salt, saltedPassword }]
          }),
        }
      },
      read: ({ results }) => results.map((result) => [result.user, verdict(result, () => undefined)]),
    }),
  }
}

function check(alteration: UserScramCredentialAlteration): void {
  const call = 'alterUserScramCredentials'
  const { user, mechanism } = alteration
  checkName(call, 'user', user)
  if (!Object.hasOwn(mechanisms, mechanism)) refuse(call, `mechanism of ${user} is ${mechanism}`, 'Give SCRAM-SHA-256 or SCRAM-SHA-512.')
  if ('delete' in alteration) return
  if (alteration.password === undefined || alteration.password.length === 0)
    refuse(call, `the password of ${user} is empty`, 'Give one, or delete: true.')
  if (alteration.iterations !== undefined) checkInteger(call, `iterations of ${user}`, alteration.iterations, 1)
}
