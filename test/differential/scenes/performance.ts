import { line, lines } from '../line.ts'
import type { Scene } from '../line.ts'

const produces = 'kafka-producer-perf-test --bootstrap-server $BROKER --topic load'
const consumes = 'kafka-consumer-perf-test --bootstrap-server $BROKER --topic shipload'
const measures = 'kafka-e2e-latency --bootstrap-server $BROKER --topic there-and-back'

export const performanceScenes: readonly Scene[] = [
  {
    name: 'producer-perf-test: usage',
    asksNobody: true,
    lines: lines(
      'kafka-producer-perf-test',
      'kafka-producer-perf-test --help',
      'kafka-producer-perf-test --version',
      'kafka-producer-perf-test --topic load --num-records 5 --throughput -1',
      'kafka-producer-perf-test --topic load --num-records five --throughput -1 --record-size 10',
      'kafka-producer-perf-test --topic load --num-records 5 --throughput -1 --record-size 0 --bootstrap-server localhost:9',
      'kafka-producer-perf-test --topic load --num-records 5 --throughput -1 --record-size 10 --payload-file f',
      'kafka-producer-perf-test --topic load --num-records 5 --throughput -1 --record-size 10',
      'kafka-producer-perf-test --topic load --num-records 5 --throughput -1 --record-size 10 --producer-props a=b --command-property a=b',
      'kafka-producer-perf-test --topic load --num-records 5 --throughput -1 --record-size 10 --bootstrap-server localhost:9 --command-property ab',
      'kafka-producer-perf-test --topic load --num-records 5 --throughput -1 --payload-file /no/such/file --bootstrap-server localhost:9',
    ),
  },
  {
    name: 'producer-perf-test',
    prepare: async (place) => {
      await place.admin.createTopics([{ name: 'load', partitions: 1, replicationFactor: 1 }])
      place.write('payloads.txt', 'one\ntwo\nthree\n')
      place.write('acks.properties', 'acks=1\n')
      return undefined
    },
    lines: lines(
      `${produces} --num-records 50 --record-size 100 --throughput -1`,
      `${produces} --num-records 50 --record-size 100 --throughput -1 --warmup-records 10`,
      `${produces} --num-records 20 --payload-file $FOLDER/payloads.txt --throughput 1000`,
      `${produces} --num-records 10 --payload-monotonic --throughput -1 --producer-props acks=1 linger.ms=1`,
      `${produces} --num-records 10 --payload-monotonic --throughput -1 --command-property acks=1 linger.ms=1`,
      `${produces} --num-records 10 --payload-monotonic --throughput -1 --producer.config $FOLDER/acks.properties`,
      `${produces} --num-records 10 --payload-monotonic --throughput -1 --command-property acks=1 --command-config $FOLDER/acks.properties`,
    ),
  },
  {
    name: 'consumer-perf-test: usage',
    asksNobody: true,
    lines: lines(
      'kafka-consumer-perf-test',
      'kafka-consumer-perf-test --help',
      'kafka-consumer-perf-test --version',
      'kafka-consumer-perf-test --bootstrap-server localhost:9 --topic load',
      'kafka-consumer-perf-test --bootstrap-server localhost:9 --num-records 5',
      'kafka-consumer-perf-test --bootstrap-server localhost:9 --num-records 5 --messages 5 --topic load',
      'kafka-consumer-perf-test --bootstrap-server localhost:9 --num-records 5 --topic load --include lo.*',
      'kafka-consumer-perf-test --bootstrap-server localhost:9 --num-records x --topic load',
    ),
  },
  {
    name: 'consumer-perf-test',
    prepare: async (place) => {
      place.write('small.properties', 'max.poll.records=10\n')
      await place.topic('shipload', [Array.from({ length: 80 }, (_, index) => `${1000 + index}`)])
      return undefined
    },
    lines: lines(
      `${consumes} --num-records 50 --timeout 20000`,
      `${consumes} --messages 50 --timeout 20000 --hide-header`,
      `${consumes} --num-records 50 --timeout 20000 --consumer.config $FOLDER/small.properties`,
      `${consumes} --num-records 50 --timeout 20000 --command-config $FOLDER/small.properties`,
      `${consumes} --num-records 50 --timeout 20000 --group perf --command-property max.poll.records=10`,
      `kafka-consumer-perf-test --bootstrap-server $BROKER --include 'ship.*' --num-records 50 --timeout 20000`,
    ),
  },
  {
    name: 'e2e-latency: usage',
    asksNobody: true,
    lines: lines(
      'kafka-e2e-latency',
      'kafka-e2e-latency --help',
      'kafka-e2e-latency --version',
      'kafka-e2e-latency --bootstrap-server localhost:9 --topic t --num-records 5 --producer-acks 0 --record-size 10',
      'kafka-e2e-latency --bootstrap-server localhost:9 --topic t --num-records 5',
      'kafka-e2e-latency localhost:9 t 5 1',
      'kafka-e2e-latency --bootstrap-server localhost:9 --topic t --num-records 0 --producer-acks 1 --record-size 10',
    ),
  },
  {
    name: 'e2e-latency',
    prepare: async (place) => {
      await place.admin.createTopics([{ name: 'there-and-back', partitions: 1, replicationFactor: 1 }])
      return undefined
    },
    lines: [
      line(`${measures} --num-records 5 --producer-acks 1 --record-size 20`),
      line(`${measures} --num-records 3 --producer-acks all --record-size 20 --record-key-size 4 --num-headers 2`),
      line('kafka-e2e-latency $BROKER there-and-back 3 1 20'),
    ],
  },
]
