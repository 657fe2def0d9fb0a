import { join } from 'node:path'
import { lines } from '../line.ts'
import type { Scene } from '../line.ts'

const format = 'kafka-storage format --config $FOLDER/node.properties --cluster-id odradekDifferential0AA'

export const storageScenes: readonly Scene[] = [
  {
    name: 'storage: usage',
    asksNobody: true,
    lines: lines(
      'kafka-storage',
      'kafka-storage --help',
      'kafka-storage --version',
      'kafka-storage shrink',
      'kafka-storage random-uuid',
      'kafka-storage info',
      'kafka-storage info --config /no/such/file',
      'kafka-storage format --config /no/such/file',
      'kafka-storage version-mapping --release-version 4.0',
      'kafka-storage feature-dependencies --feature group.version=1',
    ),
  },
  {
    name: 'storage',
    asksNobody: true,
    prepare: async (place) => {
      const settings = [
        'process.roles=broker,controller',
        'node.id=1',
        'listeners=PLAINTEXT://127.0.0.1:29092,CONTROLLER://127.0.0.1:29093',
        'advertised.listeners=PLAINTEXT://127.0.0.1:29092,CONTROLLER://127.0.0.1:29093',
        'controller.listener.names=CONTROLLER',
        'controller.quorum.bootstrap.servers=127.0.0.1:29093',
        `log.dirs=${join(place.folder, 'storage')}`,
      ]
      place.write('node.properties', `${settings.join('\n')}\n`)
      place.write('half.properties', 'node.id=1\nprocess.roles=\n')
      return undefined
    },
    lines: lines(
      'kafka-storage info --config $FOLDER/node.properties',
      format,
      `${format} --standalone --release-version 9.9`,
      `${format} --standalone --no-initial-controllers`,
      `${format} --standalone`,
      'kafka-storage format -c $FOLDER/node.properties -t odradekDifferential0AA -s',
      `${format} --standalone --ignore-formatted`,
      'kafka-storage info --config $FOLDER/node.properties',
      'kafka-storage format --config $FOLDER/node.properties --cluster-id short --standalone',
      'kafka-storage info --config $FOLDER/half.properties',
    ),
  },
]
