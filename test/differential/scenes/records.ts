import { line, lines } from '../line.ts'
import type { Scene } from '../line.ts'

const offsets = 'kafka-get-offsets --bootstrap-server $BROKER'
const deletes = 'kafka-delete-records --bootstrap-server $BROKER'
const elects = 'kafka-leader-election --bootstrap-server $BROKER'
const verifies = 'kafka-replica-verification --broker-list $BROKER'

const json = (...partitions: readonly (readonly [topic: string, partition: number, offset: number])[]): string =>
  JSON.stringify({ partitions: partitions.map(([topic, partition, offset]) => ({ topic, partition, offset })), version: 1 })

/** What is where in the partitions of topics. */
export const recordScenes: readonly Scene[] = [
  {
    name: 'get-offsets: usage',
    asksNobody: true,
    lines: lines(
      'kafka-get-offsets',
      'kafka-get-offsets --help',
      'kafka-get-offsets --version',
      'kafka-get-offsets --topics t',
      'kafka-get-offsets --topic t',
      'kafka-get-offsets --bootstrap-server localhost',
      'kafka-get-offsets --bootstrap-server localhost:9 --topic t --topic-partitions t:0',
      'kafka-get-offsets --bootstrap-server localhost:9 --time yesterday',
      'kafka-get-offsets --bootstrap-server localhost:9 --partitions 0,x',
      'kafka-get-offsets --bootstrap-server localhost:9 --topic-partitions t:a',
    ),
  },
  {
    name: 'get-offsets',
    prepare: async (place) => {
      await place.topic('births', [['a', 'b', 'c'], ['d'], []])
      await place.topic('deaths', [['x', 'y']])
      return undefined
    },
    lines: lines(
      `${offsets} --topic births`,
      `${offsets} --topic births --time earliest`,
      `${offsets} --topic births --time -1`,
      `${offsets} --topic births --time max-timestamp`,
      `${offsets} --topic births --time earliest-local`,
      `${offsets} --topic births --time latest-tiered`,
      `${offsets} --topic births --time earliest-pending-upload`,
      `${offsets} --topic births --time 1700000001000`,
      `${offsets} --topic births --time 1900000000000`,
      `${offsets} --topic births --partitions 1,2`,
      `${offsets} --topic births --partitions 9`,
      `${offsets} --topic '.*ths' --exclude-internal-topics`,
      `${offsets} --topic-partitions births:0-2,deaths:`,
      `${offsets} --topic-partitions ':1-,deaths'`,
      `${offsets} --topic nowhere`,
      `${offsets} --topic '*'`,
    ),
  },
  {
    name: 'delete-records: usage',
    asksNobody: true,
    prepare: async (place) => {
      place.write('half.json', '{"partitions": [{"topic": "births", ')
      place.write('twice.json', json(['births', 0, 1], ['births', 0, 2]))
      place.write('other.json', '{"partitions": [{"topic": "births", "partition": "0"}], "version": 1}')
      return undefined
    },
    lines: lines(
      'kafka-delete-records',
      'kafka-delete-records --help',
      'kafka-delete-records --version',
      'kafka-delete-records --bootstrap-server localhost:9',
      'kafka-delete-records --bootstrap-server localhost:9 --offset-json-file /no/such/file',
      'kafka-delete-records --bootstrap-server localhost:9 --offset-json-file $FOLDER/half.json',
      'kafka-delete-records --bootstrap-server localhost:9 --offset-json-file $FOLDER/twice.json',
      'kafka-delete-records --bootstrap-server localhost:9 --offset-json-file $FOLDER/other.json',
    ),
  },
  {
    name: 'delete-records',
    prepare: async (place) => {
      await place.topic('shed', [
        ['a', 'b', 'c'],
        ['d', 'e'],
      ])
      place.write('some.json', json(['shed', 0, 2], ['shed', 1, -1]))
      place.write('far.json', json(['shed', 0, 9]))
      place.write('nowhere.json', json(['nowhere', 0, 1]))
      place.write('impatient.properties', 'default.api.timeout.ms=900\nrequest.timeout.ms=400\n')
      place.write('no-version.json', '{"partitions": [{"topic": "shed", "partition": 0, "offset": 3}]}')
      return undefined
    },
    lines: [
      line(`${deletes} --offset-json-file $FOLDER/some.json`, { inAnyOrder: true }),
      line(`${offsets} --topic shed --time earliest`),
      line(`${deletes} --offset-json-file $FOLDER/far.json`),
      line(`${deletes} --offset-json-file $FOLDER/nowhere.json --command-config $FOLDER/impatient.properties`),
      line(`${deletes} --offset-json-file $FOLDER/no-version.json`),
    ],
  },
  {
    name: 'leader-election: usage',
    asksNobody: true,
    lines: lines(
      'kafka-leader-election',
      'kafka-leader-election --help',
      'kafka-leader-election --version',
      'kafka-leader-election --bootstrap-server localhost:9',
      'kafka-leader-election --bootstrap-server localhost:9 --election-type fair --all-topic-partitions',
      'kafka-leader-election --bootstrap-server localhost:9 --election-type preferred',
      'kafka-leader-election --bootstrap-server localhost:9 --election-type preferred --topic t',
      'kafka-leader-election --bootstrap-server localhost:9 --election-type preferred --topic t --partition 0 --all-topic-partitions',
      'kafka-leader-election --bootstrap-server localhost:9 --election-type preferred --path-to-json-file /no/such/file',
      'kafka-leader-election --bootstrap-server localhost:9 --admin.config a --command-config b --election-type preferred --all-topic-partitions',
    ),
  },
  {
    name: 'leader-election',
    prepare: async (place) => {
      await place.topic('led', [['a'], []])
      place.write('led.json', '{"partitions": [{"topic": "led", "partition": 1}]}')
      place.write('empty.properties', '')
      return undefined
    },
    lines: lines(
      `${elects} --election-type preferred --topic led --partition 0`,
      `${elects} --election-type UNCLEAN --topic led --partition 0`,
      `${elects} --election-type preferred --topic led --partition 7`,
      `${elects} --election-type preferred --topic nowhere --partition 0`,
      `${elects} --election-type preferred --path-to-json-file $FOLDER/led.json`,
      `${elects} --election-type preferred --all-topic-partitions`,
      `${elects} --command-config $FOLDER/empty.properties --election-type preferred --topic led --partition 0`,
      `${elects} --admin.config $FOLDER/empty.properties --election-type preferred --topic led --partition 0`,
    ),
  },
  {
    name: 'replica-verification: usage',
    asksNobody: true,
    lines: lines(
      'kafka-replica-verification',
      'kafka-replica-verification --help',
      'kafka-replica-verification --version',
      'kafka-replica-verification --broker-list localhost',
      'kafka-replica-verification --bootstrap-server localhost:9',
    ),
  },
  {
    name: 'replica-verification',
    prepare: async (place) => {
      await place.topic('copied', [['a', 'b'], ['c']])
      return undefined
    },
    lines: [
      line(`${verifies} --topics-include copied --time -2 --report-interval-ms 300`, { until: 'max lag is' }),
      line(`${verifies} --topics-include nothing.*`),
      line(`${verifies} --topics-include *`),
    ],
  },
]
