import { line, lines } from '../line.ts'
import type { Scene } from '../line.ts'

const groups = 'kafka-consumer-groups --bootstrap-server $BROKER'
const resets = `${groups} --reset-offsets --group readers --topic pages`

export const groupScenes: readonly Scene[] = [
  {
    name: 'consumer-groups: usage',
    asksNobody: true,
    lines: lines(
      'kafka-consumer-groups',
      'kafka-consumer-groups --help',
      'kafka-consumer-groups --version',
      'kafka-consumer-groups --list',
      'kafka-consumer-groups --lst',
      'kafka-consumer-groups --bootstrap-server localhost:9',
      'kafka-consumer-groups --bootstrap-server localhost:9 --list --describe --group g',
      'kafka-consumer-groups --bootstrap-server localhost:9 --describe',
      'kafka-consumer-groups --bootstrap-server localhost:9 --describe --group g --all-groups',
      'kafka-consumer-groups --bootstrap-server localhost:9 --describe --group g --members --state',
      'kafka-consumer-groups --bootstrap-server localhost:9 --describe --group g --state Stable',
      'kafka-consumer-groups --bootstrap-server localhost:9 --delete',
      'kafka-consumer-groups --bootstrap-server localhost:9 --delete --group g --topic t',
      'kafka-consumer-groups --bootstrap-server localhost:9 --delete-offsets --group g',
      'kafka-consumer-groups --bootstrap-server localhost:9 --reset-offsets --group g --topic t --dry-run --execute --to-earliest',
      'kafka-consumer-groups --bootstrap-server localhost:9 --reset-offsets --group g --topic t --to-earliest --to-latest',
      'kafka-consumer-groups --bootstrap-server localhost:9 --reset-offsets --group g --topic t --shift-by some',
      'kafka-consumer-groups --bootstrap-server localhost:9 --reset-offsets --topic t --to-latest',
      'kafka-consumer-groups --bootstrap-server localhost:9 --list --state Sleeping',
      'kafka-consumer-groups --bootstrap-server localhost:9 --list --type round',
      'kafka-consumer-groups --bootstrap-server localhost:9 --list --timeout soon',
      'kafka-consumer-groups --bootstrap-server localhost:9 --verbose --list',
    ),
  },
  {
    name: 'consumer-groups without members',
    prepare: async (place) => {
      await place.topic('pages', [
        ['a', 'b', 'c', 'd'],
        ['e', 'f'],
      ])
      await place.topic('notes', [['x', 'y', 'z']])
      await place.committed('readers', { pages: [1, 2] })
      await place.committed('scribes', { pages: [4, 0], notes: [2] })
      place.write('plan.csv', 'pages,0,2\npages,1,1\n')
      place.write('plans.csv', 'readers,pages,0,3\nscribes,notes,0,1\n')
      place.write('nonsense.csv', 'pages;0\n')
      return undefined
    },
    lines: [
      ...lines(
        `${groups} --describe --group readers`,
        `${groups} --describe --group readers --verbose`,
        `${groups} --describe --group readers --group scribes`,
        `${groups} --describe --group readers --members`,
        `${groups} --describe --group readers --members --verbose`,
        `${groups} --describe --group readers --state`,
        `${groups} --describe --group nobody`,
        `${groups} --describe --group nobody --state`,
        `${groups} --describe --group nobody --members`,
        `${groups} --reset-offsets --group readers --to-earliest`,
        `${resets} --dry-run`,
        `${resets} --to-earliest --dry-run`,
        `${resets} --to-earliest`,
        `${resets} --to-latest --execute`,
        `${groups} --describe --group readers`,
        `${resets} --to-current --dry-run`,
        `${resets} --shift-by -1 --execute`,
        `${resets} --shift-by -10 --dry-run`,
        `${resets} --to-offset 1 --dry-run`,
        `${resets} --to-offset 100 --dry-run`,
        `${resets} --to-datetime 2023-11-14T22:13:21.000 --dry-run`,
        `${resets} --to-datetime 2023-11-14T22:13:21.000Z --execute`,
        `${resets} --to-datetime yesterday --dry-run`,
        `${resets} --by-duration P10D --dry-run`,
        `${resets} --by-duration tenDays --dry-run`,
        `${resets} --to-earliest --dry-run --export`,
        `${resets} --from-file $FOLDER/plan.csv --dry-run`,
        `${resets} --from-file $FOLDER/plan.csv --execute --export`,
        `${resets} --from-file $FOLDER/nonsense.csv --dry-run`,
        `${resets} --from-file /no/such/file --dry-run`,
        `${groups} --reset-offsets --group readers --topic pages:1 --to-earliest --dry-run`,
        `${groups} --reset-offsets --group readers --topic nowhere --to-earliest --dry-run`,
        `${groups} --reset-offsets --group readers --all-topics --to-earliest --dry-run`,
        `${groups} --reset-offsets --group fresh --topic notes --to-latest --execute`,
        `${groups} --reset-offsets --group readers --group scribes --from-file $FOLDER/plans.csv --dry-run`,
        `${groups} --reset-offsets --all-groups --topic notes --to-earliest --dry-run --export`,
        `${groups} --delete-offsets --group scribes --topic pages:0`,
        `${groups} --delete-offsets --group scribes --topic nowhere`,
        `${groups} --delete-offsets --group nobody --topic pages`,
        `${groups} --describe --group scribes --offsets`,
        `${groups} --delete --group fresh`,
        `${groups} --delete --group nobody`,
        `${groups} --delete --group scribes --group nobody`,
      ),
      line(`${groups} --list`, { inAnyOrder: true }),
      line(`${groups} --list --state`, { inAnyOrder: true }),
      line(`${groups} --list --state Stable`, { inAnyOrder: true }),
      line(`${groups} --list --type classic`, { inAnyOrder: true }),
      line(`${groups} --list --state --type`, { inAnyOrder: true }),
      line(`${groups} --list`, { inAnyOrder: true, asProcess: true }),
    ],
  },
  {
    name: 'consumer-groups with a member',
    prepare: async (place) => {
      await place.topic('live', [['a', 'b'], ['c']])
      return place.member('crew', 'live')
    },
    lines: lines(
      `${groups} --describe --group crew`,
      `${groups} --describe --group crew --members`,
      `${groups} --describe --group crew --members --verbose`,
      `${groups} --describe --group crew --state`,
      `${groups} --list --state stable`,
      `${groups} --delete --group crew`,
      `${groups} --reset-offsets --group crew --topic live --to-earliest --execute`,
      `${groups} --delete-offsets --group crew --topic live`,
    ),
  },
  {
    name: 'console-consumer of what groups committed',
    prepare: async (place) => {
      await place.topic('ledger', [['a', 'b']])
      for (const group of ['clerk', 'cook', 'cooper']) await place.committed(group, { ledger: [1] })
      return undefined
    },
    lines: [0, 1, 2].map((partition) =>
      line(
        `kafka-console-consumer --bootstrap-server $BROKER --topic __consumer_offsets --partition ${partition} --offset earliest --timeout-ms 3000 --max-messages 2 --formatter org.apache.kafka.tools.consumer.OffsetsMessageFormatter`,
      ),
    ),
  },
  {
    name: 'groups: usage',
    asksNobody: true,
    lines: lines(
      'kafka-groups',
      'kafka-groups --help',
      'kafka-groups --version',
      'kafka-groups --list',
      'kafka-groups --bootstrap-server localhost:9',
      'kafka-groups --bootstrap-server localhost:9 --list --consumer --share',
      'kafka-groups --bootstrap-server localhost:9 --list --group-type square',
      'kafka-groups --bootstrap-server localhost:9 --list --consumer --protocol consumer',
    ),
  },
  {
    name: 'groups',
    lines: [
      line('kafka-groups --bootstrap-server $BROKER --list', { inAnyOrder: true }),
      line('kafka-groups --bootstrap-server $BROKER --list --consumer', { inAnyOrder: true }),
      line('kafka-groups --bootstrap-server $BROKER --list --group-type classic', { inAnyOrder: true }),
      line('kafka-groups --bootstrap-server $BROKER --list --protocol connect'),
      line('kafka-groups --bootstrap-server $BROKER --list --share'),
    ],
  },
]
