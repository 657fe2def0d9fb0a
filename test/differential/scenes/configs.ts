import { line, lines } from '../line.ts'
import type { Scene } from '../line.ts'

const configs = 'kafka-configs --bootstrap-server $BROKER'

export const configScenes: readonly Scene[] = [
  {
    name: 'configs: usage',
    asksNobody: true,
    lines: lines(
      'kafka-configs',
      'kafka-configs --help',
      'kafka-configs --version',
      'kafka-configs --describe',
      'kafka-configs --nothing',
      'kafka-configs --bootstrap-server localhost:9 --describe',
      'kafka-configs --bootstrap-server localhost:9 --describe --alter --entity-type topics',
      'kafka-configs --bootstrap-server localhost:9 --describe --entity-type tables',
      'kafka-configs --bootstrap-server localhost:9 --alter --entity-type topics --entity-name t',
      'kafka-configs --bootstrap-server localhost:9 --alter --entity-type topics --add-config a=b',
      'kafka-configs --bootstrap-server localhost:9 --alter --topic t --add-config a',
      'kafka-configs --bootstrap-server localhost:9 --alter --topic t --add-config a=b --add-config-file f',
      'kafka-configs --bootstrap-server localhost:9 --alter --topic t --entity-type topics --entity-name u --add-config a=b',
      'kafka-configs --bootstrap-server localhost:9 --alter --entity-type brokers --entity-name one --add-config a=b',
      'kafka-configs --bootstrap-server localhost:9 --describe --entity-type ips --entity-name not..an..address',
      'kafka-configs --bootstrap-server localhost:9 --bootstrap-controller localhost:9 --describe --entity-type topics',
      'kafka-configs --bootstrap-server localhost:9 --describe --topic',
    ),
  },
  {
    name: 'configs of topics',
    prepare: async (place) => {
      await place.topic('tuned', [['a']])
      place.write('more.properties', 'retention.ms=7200000\nmax.message.bytes=5000\n')
      return undefined
    },
    lines: lines(
      `${configs} --entity-type topics --entity-name tuned --describe`,
      `${configs} --entity-type topics --entity-name tuned --alter --add-config retention.ms=3600000,cleanup.policy=[compact,delete]`,
      `${configs} --topic tuned --describe`,
      `${configs} --topic tuned --alter --add-config-file $FOLDER/more.properties`,
      `${configs} --topic tuned --alter --delete-config retention.ms --add-config min.compaction.lag.ms=5`,
      `${configs} --topic tuned --describe`,
      `${configs} --topic tuned --alter --delete-config flush.ms`,
      `${configs} --topic tuned --alter --add-config retention.ms=soon`,
      `${configs} --topic tuned --alter --add-config no.such.setting=1`,
      `${configs} --topic nowhere --alter --add-config retention.ms=1`,
      `${configs} --topic nowhere --describe`,
      `${configs} --topic tuned --alter --add-config-file /no/such/file`,
    ),
  },
  {
    name: 'configs of a topic, all of them',
    prepare: async (place) => {
      await place.topic('plainly', [['a']])
      return undefined
    },
    lines: [line(`${configs} --topic plainly --describe --all`)],
  },
  {
    name: 'configs of brokers',
    lines: lines(
      `${configs} --entity-type brokers --entity-default --describe`,
      `${configs} --entity-type brokers --entity-name 1 --describe`,
      `${configs} --entity-type brokers --entity-name 1 --alter --add-config log.cleaner.threads=2`,
      `${configs} --broker 1 --describe`,
      `${configs} --broker 1 --alter --delete-config log.cleaner.threads`,
      `${configs} --broker-defaults --alter --add-config message.max.bytes=1048600`,
      `${configs} --broker-defaults --describe`,
      `${configs} --broker-defaults --alter --delete-config message.max.bytes`,
      `${configs} --broker 1 --alter --add-config log.dirs=/elsewhere`,
      `${configs} --broker 7 --describe`,
    ),
  },
  {
    name: 'configs of groups, clients and users',
    lines: lines(
      `${configs} --group some --alter --add-config consumer.session.timeout.ms=50000`,
      `${configs} --group some --describe`,
      `${configs} --client writer --alter --add-config producer_byte_rate=1048576`,
      `${configs} --client writer --describe`,
      `${configs} --entity-type users --entity-name alice --entity-type clients --entity-default --alter --add-config consumer_byte_rate=1000`,
      `${configs} --entity-type users --describe`,
      `${configs} --user alice --alter --add-config SCRAM-SHA-256=[iterations=4096,password=secret]`,
      `${configs} --user alice --describe`,
      `${configs} --client writer --alter --add-config producer_byte_rate=fast`,
      `${configs} --client writer --alter --delete-config producer_byte_rate`,
      `${configs} --client writer --alter --add-config such_rate=1`,
    ),
  },
]
