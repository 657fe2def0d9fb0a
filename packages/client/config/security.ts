import type { Secret } from '@odradek/common/logging'
import type { DialTarget } from '@odradek/network/dial'

/** What `connect` of `node:tls` takes, for who would rather say it so than in Kafka's `ssl.*`. */
export type TlsOptions = Readonly<NonNullable<DialTarget['tls']>>

/** A token of OAUTHBEARER. */
export interface OAuthToken {
  readonly value: string
  /** Milliseconds since 1970; by default what the token itself says (`exp` of a JWT). */
  readonly expiresAtMs?: number | undefined
  /** Extensions (KIP-342), sent beside the token. */
  readonly extensions?: Readonly<Record<string, string>> | undefined
}

/** Asked for a token whenever one is needed: at each connection, unless the last is still good. */
export type TokenSource = (signal?: AbortSignal) => Promise<OAuthToken | string> | OAuthToken | string

/** Credentials as the user gives them in code. */
export type SaslOptions =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
      readonly username: string
      readonly password: string | Secret
      /** Who to act as, where the broker allows it. By default who authenticates. */
      readonly authorizationId?: string
      /** SCRAM: user and password are id and hmac of a delegation token (KIP-48). */
      readonly tokenAuth?: boolean
    }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: TokenSource | OAuthToken | string }

/** Credentials as a connection needs them. */
export type SaslSettings =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
      readonly username: string
      readonly password: Secret
      readonly authorizationId: string
      readonly tokenAuth: boolean
    }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: TokenSource }
  | ({ readonly mechanism: 'OAUTHBEARER'; readonly token: undefined } & ClientCredentials)

/** How to fetch tokens at an endpoint (OAuth 2.0, client credentials grant). */
export interface ClientCredentials {
  readonly tokenEndpointUrl: string
  readonly clientId: string
  readonly clientSecret: Secret
  readonly scope: string | undefined
  readonly urlEncodeHeader: boolean
  /** From the jaas config, `extension_…`. */
  readonly extensions: Readonly<Record<string, string>>
}
