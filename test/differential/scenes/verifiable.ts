import { line, lines } from '../line.ts'
import type { Scene } from '../line.ts'

const produces = 'kafka-verifiable-producer --bootstrap-server $BROKER'
const consumes = 'kafka-verifiable-consumer --bootstrap-server $BROKER'

export const verifiableScenes: readonly Scene[] = [
  {
    name: 'verifiable-producer: usage',
    asksNobody: true,
    lines: lines(
      'kafka-verifiable-producer',
      'kafka-verifiable-producer --help',
      'kafka-verifiable-producer --version',
      'kafka-verifiable-producer --topic t',
      'kafka-verifiable-producer --bootstrap-server localhost:9 --topic t --acks 2',
      'kafka-verifiable-producer --bootstrap-server localhost:9 --topic t --max-messages many',
      'kafka-verifiable-producer --bootstrap-server localhost:9 --topic t --max-message 1 --nothing',
      'kafka-verifiable-producer --bootstrap-server localhost:9 --topic t --producer.config a --command-config b',
      'kafka-verifiable-producer --bootstrap-server localhost:9 --topic t --command-config /no/such/file',
      'kafka-verifiable-producer --bootstrap-server localhost --topic t',
    ),
  },
  {
    name: 'verifiable-producer',
    prepare: async (place) => {
      await place.admin.createTopics([{ name: 'verified', partitions: 1, replicationFactor: 1 }])
      place.write('one.properties', 'acks=1\n')
      return undefined
    },
    lines: [
      line(`${produces} --topic verified --max-messages 5`, { inAnyOrder: true }),
      line(
        `${produces} --topic verified --max-messages 3 --value-prefix 7 --repeating-keys 2 --acks 1 --message-create-time 1700000000000`,
      ),
      line(`${produces} --topic verified --max-messages 2 --producer.config $FOLDER/one.properties`),
      line(`${produces} --topic verified --max-messages 2 --command-config $FOLDER/one.properties`),
      line(`${produces} --topic verified --max-messages 0`),
      line(`${produces} --topic verified --throughput 1`, { until: '"value":"1"', asProcess: true, isSlow: true }),
    ],
  },
  {
    name: 'verifiable-consumer: usage',
    asksNobody: true,
    lines: lines(
      'kafka-verifiable-consumer',
      'kafka-verifiable-consumer --help',
      'kafka-verifiable-consumer --version',
      'kafka-verifiable-consumer --topic verified --bootstrap-server localhost:9',
      'kafka-verifiable-consumer --topic verified --bootstrap-server localhost:9 --group-id g --reset-policy sometimes',
      'kafka-verifiable-consumer --topic verified --bootstrap-server localhost:9 --group-id g --group-protocol modern',
      'kafka-verifiable-consumer --topic verified --bootstrap-server localhost:9 --group-id g --consumer.config a --command-config b',
    ),
  },
  {
    name: 'verifiable-consumer',
    prepare: async (place) => {
      await place.topic('to-verify', [['a', 'b', 'c'], ['d']])
      place.write('empty.properties', '')
      return undefined
    },
    lines: [
      line(`${consumes} --topic to-verify --group-id checks --max-messages 4`),
      line(`${consumes} --topic to-verify --group-id checks-aloud --max-messages 4 --verbose`),
      line(
        `${consumes} --topic to-verify --group-id checks-alone --max-messages 4 --enable-autocommit --assignment-strategy org.apache.kafka.clients.consumer.RoundRobinAssignor`,
      ),
      line(`${consumes} --topic to-verify --group-id checks-old-name --max-messages 4 --consumer.config $FOLDER/empty.properties`),
      line(`${consumes} --topic to-verify --group-id checks-new-name --max-messages 4 --command-config $FOLDER/empty.properties`),
      line(`${consumes} --topic to-verify --group-id checks-new --max-messages 4 --group-protocol consumer`),
    ],
  },
]
