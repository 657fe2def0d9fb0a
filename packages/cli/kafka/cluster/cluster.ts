import { KafkaError } from '@odradek/client'
import type { Admin } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'
import { illegalArgument, JavaError } from '../java-error.ts'
import { javaClass, javaMessage, javaText } from '../java-names.ts'
import { openAdmin } from '../open-admin.ts'
import { showRefusal } from '../options/argparse.ts'
import { sayRenamed } from '../options/renamed.ts'
import { orSayFailure } from '../say-failure.ts'
import type { Tool } from '../tool.ts'
import { endpointLines } from './endpoints.ts'
import { parser } from './options.ts'
import type { Options } from './options.ts'

export const tool: Tool = {
  name: 'kafka-cluster',
  async run(args, terminal) {
    let options: Options
    try {
      options = parser.parse(args)
    } catch (error) {
      showRefusal(error, terminal)
      return 1
    }
    return orSayFailure(terminal, () => tell(options, terminal))
  },
}

async function tell(options: Options, terminal: Terminal): Promise<number> {
  const {
    'bootstrap-server': bootstrapServer,
    'bootstrap-controller': bootstrapControllers,
    config: old,
    'command-config': now,
  } = options.values
  if (old !== undefined && now !== undefined) {
    const message = '--config and --command-config cannot be specified together.'
    throw new JavaError('net.sourceforge.argparse4j.inf.ArgumentParserException', message)
  }
  if (old !== undefined) sayRenamed(terminal, 'command', 'config', 'command-config')
  await using admin = await openAdmin({ terminal, bootstrapServer, bootstrapControllers, commandConfig: now ?? old })
  for (const line of await linesFor(options, admin)) void terminal.out(`${line}\n`)
  return 0
}

async function linesFor(options: Options, admin: Admin): Promise<readonly string[]> {
  if (options.command === 'cluster-id') {
    const { clusterId } = await admin.describeCluster().catch(rethrown)
    return [clusterId === undefined ? 'No cluster ID found. The Kafka version is probably too old.' : `Cluster ID: ${clusterId}`]
  }
  if (options.command === 'unregister') {
    const { id } = options.values
    // An id below 0 is asked about by nobody, and can be nobody's.
    if (id < 0) throw execution(new JavaError(javaClass(notRegistered), `Broker ID ${id} is not currently registered`))
    return orUnsupported(
      admin.unregisterBroker(id).then(() => [`Broker ${id} is no longer registered.`]),
      () => 'The target cluster does not support the broker unregistration API.',
    )
  }
  const { 'bootstrap-controller': controllers, 'include-fenced-brokers': includeFencedBrokers } = options.values
  if (includeFencedBrokers && controllers !== undefined) {
    throw illegalArgument('The option --include-fenced-brokers is only supported with --bootstrap-server option')
  }
  const kind = controllers === undefined ? 'broker' : 'controller'
  return orUnsupported(
    admin.describeCluster({ includeFencedBrokers }).then(({ brokers }) => endpointLines(brokers, kind)),
    javaMessage,
  )
}

const notRegistered = new KafkaError('BROKER_ID_NOT_REGISTERED')

/** A cluster that is too old is no failure: there is one line about it. */
async function orUnsupported(lines: Promise<readonly string[]>, saying: (error: unknown) => string): Promise<readonly string[]> {
  try {
    return await lines
  } catch (error) {
    if (error instanceof KafkaError && error.code === 'UNSUPPORTED_VERSION') return [saying(error)]
    throw execution(error)
  }
}

function rethrown(error: unknown): never {
  throw execution(error)
}

/** What a future of Java throws when it failed. */
function execution(error: unknown): JavaError {
  return new JavaError('java.util.concurrent.ExecutionException', javaText(error), { cause: error })
}
