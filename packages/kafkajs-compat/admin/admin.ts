import type { Connection } from '../connection.ts'
import { Instrumentation } from '../instrumentation.ts'
import { NetworkWatch } from '../network-watch.ts'
import type { RetrySettings } from '../retry.ts'
import type { Admin } from '../types/admin.ts'
import type { AdminEvents, NetworkEventMap } from '../types/events.ts'
import type { Logger } from '../types/logging.ts'
import { aclsAdmin } from './acls.ts'
import { adminCalls } from './call.ts'
import { configsAdmin } from './configs.ts'
import { groupsAdmin } from './groups.ts'
import { offsetsAdmin } from './offsets.ts'
import { reassignmentsAdmin } from './reassignments.ts'
import { topicsAdmin } from './topics.ts'

const events: AdminEvents = {
  CONNECT: 'admin.connect',
  DISCONNECT: 'admin.disconnect',
  REQUEST: 'admin.network.request',
  REQUEST_TIMEOUT: 'admin.network.request_timeout',
  REQUEST_QUEUE_SIZE: 'admin.network.request_queue_size',
}

export function createAdmin({
  connection,
  logger,
}: {
  readonly connection: Connection
  readonly logger: Logger
  readonly retry: RetrySettings
}): Admin {
  const instrumentation: Instrumentation<NetworkEventMap<'admin'>> = new Instrumentation('admin', events, logger, () => watch.update())
  const watch = new NetworkWatch('admin', connection.clock, instrumentation)
  const call = adminCalls(connection, logger)
  return {
    events,
    on: (name, listener) => instrumentation.on(name, listener),
    logger: () => logger,

    async connect() {
      await connection.connect()
      instrumentation.emit(events.CONNECT, null)
    },

    async disconnect() {
      await call.close()
      instrumentation.emit(events.DISCONNECT, null)
    },

    ...topicsAdmin(call),
    ...offsetsAdmin(call),
    ...configsAdmin(call),
    ...groupsAdmin(call),
    ...aclsAdmin(call),
    ...reassignmentsAdmin(call),
  }
}
