import { line, lines } from '../line.ts'
import type { Scene } from '../line.ts'

const produces = 'kafka-console-producer --bootstrap-server $BROKER --topic chat'
const said = 'kafka-console-consumer --bootstrap-server $BROKER --topic said'
const consumes = `${said} --timeout-ms 8000`
const all = `${consumes} --from-beginning --max-messages 4`
const chat =
  'kafka-console-consumer --bootstrap-server $BROKER --topic chat --timeout-ms 8000 --formatter-property print.key=true --formatter-property print.headers=true --formatter-property print.offset=true'

export const consoleScenes: readonly Scene[] = [
  {
    name: 'console-producer: usage',
    asksNobody: true,
    lines: lines(
      'kafka-console-producer',
      'kafka-console-producer --help',
      'kafka-console-producer --version',
      'kafka-console-producer --topic t',
      'kafka-console-producer --bootstrap-server localhost:9',
      'kafka-console-producer --bootstrap-server localhost --topic t',
      'kafka-console-producer --broker-list localhost:9 --topic t',
      'kafka-console-producer --bootstrap-server localhost:9 --topic t --property a=b --reader-property a=b',
      'kafka-console-producer --bootstrap-server localhost:9 --topic t --producer-property a=b --command-property a=b',
      'kafka-console-producer --bootstrap-server localhost:9 --topic t --producer.config a --command-config b',
      'kafka-console-producer --bootstrap-server localhost:9 --topic t --compression-codec brotli',
      'kafka-console-producer --bootstrap-server localhost:9 --topic t --batch-size big',
      'kafka-console-producer --bootstrap-server localhost:9 --topic t --line-reader org.example.Reader',
      'kafka-console-producer --bootstrap-server localhost:9 --topic t --command-config /no/such/file',
      'kafka-console-producer --bootstrap-server localhost:9 --topic t --reader-property parse.key',
    ),
  },
  {
    name: 'console-producer',
    prepare: async (place) => {
      await place.admin.createTopics([{ name: 'chat', partitions: 1, replicationFactor: 1 }])
      place.write('acks.properties', 'acks=1\n')
      place.write('reader.properties', 'parse.key=true\nkey.separator=;\n')
      return undefined
    },
    lines: [
      line(produces, { input: 'one\ntwo\n' }),
      line(produces, { input: 'no end of line' }),
      line(produces, { input: '' }),
      line(`${produces} --sync --compression-codec`, { input: 'packed\n' }),
      line(`${produces} --compression-codec zstd --batch-size 100`, { input: 'packed\n' }),
      line(`${produces} --reader-property parse.key=true`, { input: 'k\tv\n' }),
      line(`${produces} --property parse.key=true --property key.separator=,`, { input: 'k,v\nk2,v,2\n' }),
      line(`${produces} --reader-property parse.key=true`, { input: 'a\tb\nno key\nc\td\n' }),
      line(`${produces} --reader-property parse.key=true --reader-property ignore.error=true`, { input: 'no key\n' }),
      line(`${produces} --reader-property parse.headers=true --reader-property parse.key=true`, { input: 'h:1,g:2\tk\tv\n' }),
      line(`${produces} --reader-property parse.headers=true`, { input: 'no header\n' }),
      line(`${produces} --reader-property parse.headers=true`, { input: 'h1\tv\n' }),
      line(`${produces} --reader-property null.marker=NULL --reader-property parse.key=true`, { input: 'k\tNULL\nNULL\tv\n' }),
      line(`${produces} --reader-config $FOLDER/reader.properties`, { input: 'k;v\n' }),
      line(`${produces} --producer-property acks=1 --max-partition-memory-bytes 100`, { input: 'old\n' }),
      line(`${produces} --producer.config $FOLDER/acks.properties`, { input: 'old\n' }),
      line(`${produces} --command-property acks=1 --command-config $FOLDER/acks.properties`, { input: 'new\n' }),
      line(`${produces} --request-required-acks 1 --timeout 5`, { input: 'last\n', asProcess: true }),
      line(`${produces} --request-required-acks 7`, { input: 'never\n' }),
      line(`${chat} --from-beginning --max-messages 18`),
    ],
  },
  {
    name: 'console-consumer: usage',
    asksNobody: true,
    lines: lines(
      'kafka-console-consumer',
      'kafka-console-consumer --help',
      'kafka-console-consumer --version',
      'kafka-console-consumer --topic t',
      'kafka-console-consumer --bootstrap-server localhost:9',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --include t.*',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --partition x',
      'kafka-console-consumer --bootstrap-server localhost:9 --include t.* --partition 0',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --offset earliest',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --partition 0 --offset -3',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --partition 0 --offset first',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --partition 0 --offset 3 --from-beginning',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --group g --partition 0',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --isolation-level read_all',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --property a=b --formatter-property a=b',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --consumer-property a=b --command-property a=b',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --consumer.config a --command-config b',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --formatter org.example.Formatter',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --max-messages few',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --group g --command-property group.id=h',
      'kafka-console-consumer --bootstrap-server localhost:9 --topic t --from-beginning --command-property auto.offset.reset=latest',
    ),
  },
  {
    name: 'console-consumer',
    prepare: async (place) => {
      await place.topic('said', [['one', 'two', '{"three":3}', 'four']])
      await place.numbers('counted')
      place.write('print.properties', 'print.key=true\nkey.separator=;\n')
      place.write('early.properties', 'auto.offset.reset=earliest\n')
      return undefined
    },
    lines: [
      line(all),
      line(`${all} --group listens`),
      line(`${said} --from-beginning --group listens --timeout-ms 1500`, { isSlow: true }),
      line(`${consumes} --partition 0 --offset 2 --max-messages 2`),
      line(`${consumes} --partition 0 --offset earliest --max-messages 1`),
      line(`${said} --partition 9 --timeout-ms 1500`, { isSlow: true }),
      line(`${all} --formatter-property print.key=true`),
      line(`${all} --property print.key=true --property key.separator=,`),
      line(
        `${all} --formatter-property print.timestamp=true --formatter-property print.key=true --formatter-property print.offset=true --formatter-property print.partition=true --formatter-property print.headers=true`,
      ),
      line(`${all} --formatter-property print.epoch=true --formatter-property print.delivery=true`),
      line(`${all} --formatter-property print.value=false --formatter-property print.key=true`),
      line(`${all} --formatter-property print.value=false`),
      line(`${all} --formatter-property line.separator=@ --formatter-property null.literal=-`),
      line(`${all} --formatter-config $FOLDER/print.properties`),
      line(`${all} --formatter LoggingMessageFormatter`),
      line(`${all} --formatter NoOpMessageFormatter`),
      line(`${all} --formatter kafka.tools.DefaultMessageFormatter`),
      line(`${all} --formatter org.apache.kafka.tools.consumer.DefaultMessageFormatter --formatter-property print.offset=true`),
      line(`${all} --consumer-property client.id=ear --consumer.config $FOLDER/early.properties`),
      line(`${all} --command-property client.id=ear --command-config $FOLDER/early.properties`),
      line(`${all} --isolation-level read_committed`),
      line(`${all} --key-deserializer org.apache.kafka.common.serialization.StringDeserializer --formatter-property print.key=true`),
      line(`kafka-console-consumer --bootstrap-server $BROKER --include 'sa.d' --from-beginning --max-messages 4 --timeout-ms 8000`),
      line(
        `kafka-console-consumer --bootstrap-server $BROKER --topic counted --from-beginning --max-messages 2 --timeout-ms 8000 --formatter-property print.key=true --key-deserializer org.apache.kafka.common.serialization.IntegerDeserializer --value-deserializer org.apache.kafka.common.serialization.LongDeserializer`,
      ),
      line(`${all} --value-deserializer org.apache.kafka.common.serialization.LongDeserializer`),
      line(
        `${said} --from-beginning --timeout-ms 1500 --skip-message-on-error --value-deserializer org.apache.kafka.common.serialization.LongDeserializer`,
        {
          isSlow: true,
        },
      ),
      line(`${all} --value-deserializer org.example.Deserializer`),
      line(all, { asProcess: true }),
      line(`${consumes} --from-beginning`, { until: 'four', asProcess: true }),
    ],
  },
]
