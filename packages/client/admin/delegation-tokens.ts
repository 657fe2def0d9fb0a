import { CreateDelegationToken, DescribeDelegationToken, ExpireDelegationToken, RenewDelegationToken } from '@odradek/protocol/messages'
import type { Bytes } from '../bytes.ts'
import type { Waiting } from '../waiting.ts'
import { refuse } from './check.ts'
import { question, unlessFailed } from './operation.ts'
import type { Operation } from './operation.ts'
import type { Runner } from './runner.ts'
import { anyBroker } from './targets/brokers.ts'

/** `{ type: 'User', name: 'alice' }`. */
export interface KafkaPrincipal {
  readonly type: string
  readonly name: string
}

/** A token with which others can log in as its owner, by SCRAM with `tokenId` as user and the hmac in base64 as password. */
export interface DelegationToken {
  readonly tokenId: string
  readonly hmac: Bytes
  readonly owner: KafkaPrincipal
  /** Who asked for it; the owner, unless a broker from 3.3 on says otherwise. */
  readonly requester: KafkaPrincipal
  readonly renewers: readonly KafkaPrincipal[]
  /** Milliseconds since 1970, as the next two. */
  readonly issueTimestamp: number
  readonly expiryTimestamp: number
  /** It can't be renewed beyond this. */
  readonly maxTimestamp: number
}

export interface DelegationTokensAdmin {
  /**
   * Makes a token for the principal of this connection, or for `owner` (KIP-48, KIP-373). −1, the default, is the longest life that brokers allow.
   *
   * Rejects with DELEGATION_TOKEN_AUTH_DISABLED, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED.
   *
   * ```ts
   * const token = await admin.createDelegationToken({ renewers: [{ type: 'User', name: 'alice' }], maxLifetimeMs: 3_600_000 })
   * ```
   */
  createDelegationToken(
    options?: Waiting & {
      readonly owner?: KafkaPrincipal | undefined
      readonly renewers?: readonly KafkaPrincipal[] | undefined
      readonly maxLifetimeMs?: number | undefined
    },
  ): Promise<DelegationToken>

  /**
   * Makes a token live longer; −1, the default, by what brokers give. Returns when it will expire, in ms since 1970.
   *
   * ```ts
   * const expiry = await admin.renewDelegationToken(token.hmac)
   * ```
   */
  renewDelegationToken(hmac: Bytes, options?: Waiting & { readonly renewTimePeriodMs?: number | undefined }): Promise<number>

  /**
   * Lets a token expire so long from now; at once when negative, the default. Returns when it will expire, in ms since 1970.
   *
   * ```ts
   * await admin.expireDelegationToken(token.hmac)
   * ```
   */
  expireDelegationToken(hmac: Bytes, options?: Waiting & { readonly expiryTimePeriodMs?: number | undefined }): Promise<number>

  /**
   * The tokens of some owners, or all that this principal may see.
   *
   * ```ts
   * const tokens = await admin.describeDelegationToken({ owners: [{ type: 'User', name: 'alice' }] })
   * ```
   */
  describeDelegationToken(
    options?: Waiting & { readonly owners?: readonly KafkaPrincipal[] | undefined },
  ): Promise<readonly DelegationToken[]>
}

export function delegationTokensAdmin(runner: Runner): DelegationTokensAdmin {
  return {
    createDelegationToken: ({ owner, renewers = [], maxLifetimeMs = -1, ...waiting } = {}) =>
      runner.one(create(owner, renewers, maxLifetimeMs), waiting),
    async renewDelegationToken(hmac, { renewTimePeriodMs = -1, ...waiting } = {}) {
      checkHmac('renewDelegationToken', hmac)
      return runner.one(renew(hmac, renewTimePeriodMs), waiting)
    },
    async expireDelegationToken(hmac, { expiryTimePeriodMs = -1, ...waiting } = {}) {
      checkHmac('expireDelegationToken', hmac)
      return runner.one(expire(hmac, expiryTimePeriodMs), waiting)
    },
    describeDelegationToken: ({ owners, ...waiting } = {}) => runner.one(describe(owners), waiting),
  }
}

function checkHmac(call: string, hmac: unknown): void {
  if (!(hmac instanceof Uint8Array) || hmac.byteLength === 0) refuse(call, 'hmac is no bytes', 'Give the hmac of a token.')
}

const principalOf = (type: string, name: string): KafkaPrincipal => ({ type, name })

const wirePrincipal = ({ type, name }: KafkaPrincipal): { principalType: string; principalName: string } => ({
  principalType: type,
  principalName: name,
})

function requesterOf(token: {
  readonly principalType: string
  readonly principalName: string
  readonly tokenRequesterPrincipalType: string
  readonly tokenRequesterPrincipalName: string
}): KafkaPrincipal {
  const { principalType, principalName, tokenRequesterPrincipalType, tokenRequesterPrincipalName } = token
  if (tokenRequesterPrincipalName === '') return principalOf(principalType, principalName)
  return principalOf(tokenRequesterPrincipalType, tokenRequesterPrincipalName)
}

function create(
  owner: KafkaPrincipal | undefined,
  renewers: readonly KafkaPrincipal[],
  maxLifetimeMs: number,
): Operation<undefined, DelegationToken> {
  return {
    name: 'createDelegationToken',
    target: anyBroker(),
    ask: question({
      api: CreateDelegationToken,
      minVersion: owner === undefined ? 1 : 3,
      request: () => ({
        ...(owner === undefined ? {} : { ownerPrincipalType: owner.type, ownerPrincipalName: owner.name }),
        renewers: renewers.map(wirePrincipal),
        maxLifetimeMs,
      }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const value = {
            tokenId: answer.tokenId,
            hmac: Uint8Array.from(answer.hmac),
            owner: principalOf(answer.principalType, answer.principalName),
            requester: requesterOf(answer),
            renewers,
            issueTimestamp: answer.issueTimestampMs,
            expiryTimestamp: answer.expiryTimestampMs,
            maxTimestamp: answer.maxTimestampMs,
          }
          return [[undefined, { value }]]
        }),
    }),
  }
}

function renew(hmac: Bytes, renewPeriodMs: number): Operation<undefined, number> {
  return {
    name: 'renewDelegationToken',
    target: anyBroker(),
    ask: question({
      api: RenewDelegationToken,
      request: () => ({ hmac, renewPeriodMs }),
      read: (answer, keys) => unlessFailed(answer, keys, () => [[undefined, { value: answer.expiryTimestampMs }]]),
    }),
  }
}

function expire(hmac: Bytes, expiryTimePeriodMs: number): Operation<undefined, number> {
  return {
    name: 'expireDelegationToken',
    target: anyBroker(),
    ask: question({
      api: ExpireDelegationToken,
      request: () => ({ hmac, expiryTimePeriodMs }),
      read: (answer, keys) => unlessFailed(answer, keys, () => [[undefined, { value: answer.expiryTimestampMs }]]),
    }),
  }
}

function describe(owners: readonly KafkaPrincipal[] | undefined): Operation<undefined, readonly DelegationToken[]> {
  return {
    name: 'describeDelegationToken',
    target: anyBroker(),
    ask: question({
      api: DescribeDelegationToken,
      request: () => ({ owners: owners?.map(wirePrincipal) ?? null }),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const value = answer.tokens.map((token) => ({
            tokenId: token.tokenId,
            hmac: Uint8Array.from(token.hmac),
            owner: principalOf(token.principalType, token.principalName),
            requester: requesterOf(token),
            renewers: token.renewers.map(({ principalType, principalName }) => principalOf(principalType, principalName)),
            issueTimestamp: token.issueTimestamp,
            expiryTimestamp: token.expiryTimestamp,
            maxTimestamp: token.maxTimestamp,
          }))
          return [[undefined, { value }]]
        }),
    }),
  }
}
