import { Buffer } from 'node:buffer'
import type { Secret } from '@odradek/common/logging'
import type { SaslMechanism } from './mechanism.ts'

/** User and password as they are (RFC 4616). Only over TLS is that a secret. */
export function plain({
  username,
  password,
  authorizationId = '',
}: {
  readonly username: string
  readonly password: Secret
  readonly authorizationId?: string
}): SaslMechanism {
  return {
    name: 'PLAIN',
    begin: () => ({
      first: () => Buffer.from(`${authorizationId}\0${username}\0${password.reveal()}`),
      next: () => undefined,
    }),
  }
}
