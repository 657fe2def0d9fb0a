import { line, lines } from '../line.ts'
import type { Scene } from '../line.ts'

const versions = 'kafka-broker-api-versions --bootstrap-server $BROKER'
const dirs = 'kafka-log-dirs --bootstrap-server $BROKER'
const features = 'kafka-features --bootstrap-server $BROKER'

export const clusterScenes: readonly Scene[] = [
  {
    name: 'broker-api-versions',
    lines: lines(
      'kafka-broker-api-versions',
      'kafka-broker-api-versions --help',
      'kafka-broker-api-versions --version',
      'kafka-broker-api-versions --bootstrap-server',
      'kafka-broker-api-versions --bootstrap-server $BROKER --command-config /no/such/file',
      versions,
    ),
  },
  {
    name: 'log-dirs: usage',
    asksNobody: true,
    lines: lines(
      'kafka-log-dirs',
      'kafka-log-dirs --help',
      'kafka-log-dirs --version',
      'kafka-log-dirs --describe',
      'kafka-log-dirs --bootstrap-server localhost:9',
    ),
  },
  {
    name: 'log-dirs',
    prepare: async (place) => {
      await place.topic('weighed', [['a', 'b'], ['c']])
      return undefined
    },
    lines: lines(
      `${dirs} --describe --topic-list weighed`,
      `${dirs} --describe --topic-list weighed,nowhere --broker-list 1`,
      `${dirs} --describe --broker-list 1,9`,
      `${dirs} --describe --topic-list nowhere`,
      `${dirs} --describe --broker-list one`,
    ),
  },
  {
    name: 'dump-log: usage',
    asksNobody: true,
    lines: lines(
      'kafka-dump-log',
      'kafka-dump-log --help',
      'kafka-dump-log --version',
      'kafka-dump-log --print-data-log',
      'kafka-dump-log --files /no/such/00000000000000000000.log',
      'kafka-dump-log --files /no/such/file.txt',
    ),
  },
  {
    name: 'dump-log',
    prepare: async (place) => {
      await place.topic('dumped', [['a', 'b', 'c']])
      return undefined
    },
    lines: lines(
      'kafka-dump-log --files $DATA/dumped-0/00000000000000000000.log',
      'kafka-dump-log --files $DATA/dumped-0/00000000000000000000.log --deep-iteration',
      'kafka-dump-log --files $DATA/dumped-0/00000000000000000000.log --max-message-size big',
      'kafka-dump-log --files $DATA/dumped-0/00000000000000000000.log --value-decoder-class org.example.Decoder --print-data-log',
      'kafka-dump-log --files $DATA/dumped-0/00000000000000000000.log --print-data-log',
      'kafka-dump-log --files $DATA/dumped-0/00000000000000000000.log --print-data-log --skip-record-metadata',
      'kafka-dump-log --files $DATA/dumped-0/00000000000000000000.log --max-bytes 80 --print-data-log',
      'kafka-dump-log --files $DATA/dumped-0/00000000000000000000.log --offsets-decoder --print-data-log',
    ),
  },
  {
    name: 'cluster: usage',
    asksNobody: true,
    lines: lines(
      'kafka-cluster',
      'kafka-cluster --help',
      'kafka-cluster --version',
      'kafka-cluster cluster-idea',
      'kafka-cluster cluster-id',
      'kafka-cluster cluster-id --help',
      'kafka-cluster cluster-id --bootstrap-server localhost:9 --bootstrap-controller localhost:9',
      'kafka-cluster cluster-id --bootstrap-server localhost:9 --config a --command-config b',
      'kafka-cluster unregister --bootstrap-server localhost:9',
      'kafka-cluster unregister --bootstrap-server localhost:9 --id one',
      'kafka-cluster list-endpoints --bootstrap-controller localhost:9 --include-fenced-brokers',
    ),
  },
  {
    name: 'cluster',
    prepare: async (place) => {
      place.write('empty.properties', '')
      return undefined
    },
    lines: lines(
      'kafka-cluster cluster-id --bootstrap-server $BROKER',
      'kafka-cluster cluster-id -b $BROKER --config $FOLDER/empty.properties',
      'kafka-cluster cluster-id --bootstrap-server $BROKER --command-config $FOLDER/empty.properties',
      'kafka-cluster list-endpoints --bootstrap-server $BROKER',
      'kafka-cluster list-endpoints --bootstrap-server $BROKER --include-fenced-brokers',
      'kafka-cluster unregister --bootstrap-server $BROKER --id 77',
    ),
  },
  {
    name: 'features: usage',
    asksNobody: true,
    lines: lines(
      'kafka-features',
      'kafka-features --help',
      'kafka-features --version',
      'kafka-features --bootstrap-server localhost:9 describe-all',
      'kafka-features describe',
      'kafka-features --bootstrap-server localhost:9 upgrade',
      'kafka-features --bootstrap-server localhost:9 upgrade --feature transaction.version',
      'kafka-features --bootstrap-server localhost:9 upgrade --release-version 9.9',
      'kafka-features version-mapping',
      'kafka-features --bootstrap-server localhost:9 version-mapping --release-version 3.9',
      'kafka-features --bootstrap-server localhost:9 feature-dependencies --feature transaction.version=2',
      'kafka-features --bootstrap-server localhost:9 feature-dependencies --feature nothing.version=2',
    ),
  },
  {
    name: 'features',
    lines: [
      line(`${features} describe`),
      line(`${features} upgrade --feature transaction.version=2`),
      line(`${features} upgrade --feature nothing.version=1`),
      line(`${features} downgrade --feature transaction.version=9`),
      line(`${features} disable --feature nothing.version`),
    ],
  },
]
