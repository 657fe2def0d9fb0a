import { createServer } from 'node:http'
import { line, lines } from '../line.ts'
import type { Scene } from '../line.ts'

const topics = 'kafka-topics --bootstrap-server $BROKER'

export const topicScenes: readonly Scene[] = [
  {
    name: 'topics: usage',
    asksNobody: true,
    lines: [
      ...lines(
        'kafka-topics',
        'kafka-topics --help',
        'kafka-topics --version',
        'kafka-topics --lst',
        'kafka-topics --list',
        'kafka-topics --bootstrap-server',
        'kafka-topics --bootstrap-server localhost:9 --list --create --topic t',
        'kafka-topics --bootstrap-server localhost:9',
        'kafka-topics --bootstrap-server localhost:9 --create',
        'kafka-topics --bootstrap-server localhost:9 --create --topic t --partitions many',
        'kafka-topics --bootstrap-server localhost:9 --list --partitions 3',
        'kafka-topics --bootstrap-server localhost:9 --describe --under-replicated-partitions --topics-with-overrides',
        'kafka-topics --bootstrap-server localhost:9 --alter --topic t --config a=b --partitions 2',
        'kafka-topics --bootstrap-server localhost:9 --create --topic t --replica-assignment 1 --partitions 2',
        'kafka-topics --bootstrap-server localhost --list',
        'kafka-topics --bootstrap-server localhost:9 --command-config /no/such/file --list',
        'kafka-topics --broker-list localhost:9 --list',
        'kafka-topics --bootstrap-server localhost:9 --topic a --topic b --list',
      ),
      line('kafka-topics --bootstrap-server=localhost:9 --delete', { asProcess: true }),
    ],
  },
  {
    name: 'topics',
    lines: [
      ...lines(
        `${topics} --list`,
        `${topics} --create --topic orders --partitions 3 --replication-factor 1`,
        `${topics} --create --topic orders`,
        `${topics} --create --topic orders --if-not-exists`,
        `${topics} --create --topic shop.orders --config retention.ms=86400000 --config cleanup.policy=compact --config max.message.bytes=2000`,
        `${topics} --create --topic assigned --replica-assignment 1,1`,
        `${topics} --create --topic wide --replication-factor 2`,
        `${topics} --create --topic none --partitions 0`,
        `${topics} --create --topic none --partitions -1 --replication-factor 0`,
        `${topics} --create --topic 'not a name'`,
        `${topics} --create --topic bad --config retention.ms=soon`,
        `${topics} --create --topic bad --config no.such.config=1`,
        `${topics} --create --topic bad --config retention.ms`,
        `${topics} --create --topic bad --replica-assignment 1:1`,
        `${topics} --create --topic bad --replica-assignment 7`,
        `${topics} --list`,
        `${topics} --list --topic 'or.*|as.*'`,
        `${topics} --list --exclude-internal`,
        `${topics} --describe --topic orders`,
        `${topics} --describe --topic shop.orders`,
        `${topics} --describe`,
        `${topics} --describe --topics-with-overrides`,
        `${topics} --describe --under-replicated-partitions`,
        `${topics} --describe --at-min-isr-partitions --topic orders`,
        `${topics} --describe --topic nowhere`,
        `${topics} --describe --topic nowhere --if-exists`,
        `${topics} --describe --topic-id AAAAAAAAAAAAAAAAAAAAAQ`,
        `${topics} --describe --topic-id short`,
        `${topics} --alter --topic orders --partitions 5`,
        `${topics} --alter --topic orders --partitions 2`,
        `${topics} --alter --topic orders`,
        `${topics} --alter --topic nowhere --partitions 2`,
        `${topics} --alter --topic nowhere --partitions 2 --if-exists`,
        `${topics} --delete --topic nowhere`,
        `${topics} --delete --topic nowhere --if-exists`,
        `${topics} --delete --topic assigned`,
        `${topics} --list --topic '*'`,
      ),
      line(`${topics} --list`, { asProcess: true }),
      line(`${topics} --delete --topic 'shop.*'`, { asProcess: true }),
    ],
  },
  {
    name: 'topics: nobody is there',
    prepare: async (place) => {
      place.write('impatient.properties', 'default.api.timeout.ms=900\nrequest.timeout.ms=400\n')
      return undefined
    },
    lines: lines('kafka-topics --bootstrap-server 127.0.0.1:1 --command-config $FOLDER/impatient.properties --list'),
  },
  {
    name: 'topics: somebody else is there',
    prepare: async (place) => {
      place.write('impatient.properties', 'default.api.timeout.ms=900\nrequest.timeout.ms=400\n')
      const server = createServer((_, response) => response.end('no Kafka'))
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const address = server.address()
      place.names.set('$HTTP', `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
      return {
        async [Symbol.asyncDispose]() {
          server.closeAllConnections()
          await new Promise((resolve) => server.close(resolve))
        },
      }
    },
    lines: lines('kafka-topics --bootstrap-server $HTTP --command-config $FOLDER/impatient.properties --list'),
  },
]
