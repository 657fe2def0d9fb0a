import { ClientError } from '../errors/index.ts'

/** For calls that were under way when the client was closed, and those that come after. */
export function closedError(): ClientError {
  return new ClientError('ODRADEK_CLOSED', 'The client is closed.', {
    hint: 'Finish what is under way before close(), and make a new client after it.',
  })
}
