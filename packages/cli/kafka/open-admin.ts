import type { Admin } from '@odradek/client'
import { checkBootstrap } from './bootstrap.ts'
import { clientsOf } from './clients.ts'
import type { ClientsOptions } from './clients.ts'

/**
 * An admin for a tool. What is wrong with the addresses of brokers is said at once, as Java says it; whether anybody is there shows with the first call.
 * Close it, or the process does not end.
 */
export async function openAdmin(options: ClientsOptions): Promise<Admin> {
  await checkBootstrap(options, 'Failed to create new KafkaAdminClient')
  return clientsOf(options).admin()
}
