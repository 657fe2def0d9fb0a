import { command } from '../command.ts'
import { someWords } from '../words.ts'
import { chooseGroups } from './choose-groups.ts'
import { groupLags } from './group-lag.ts'

export const groupDescribe = command({
  path: 'group describe',
  summary: 'show members, offsets and lag of groups',
  words: 'NAME…',
  options: {},
  examples: ['odradek group describe billing'],
  completes: 'group',
  async run({ words, admin, output }) {
    const client = await admin()
    const groups = await groupLags(client, await chooseGroups(client, someWords(words, 'groups')))
    if (output.isForPeople)
      for (const { group, state, type, assignor, members, lag } of groups)
        await output.done(
          `${group}  ${state}, ${type}${assignor === '' ? '' : `, ${assignor}`}, ${members} member${members === 1 ? '' : 's'}, lag ${lag}`,
        )
    if (output.isForPeople || output.format === 'csv') {
      await output.list({
        columns: [
          { name: 'GROUP', of: ({ group }) => group },
          { name: 'TOPIC', of: ({ topic }) => topic },
          { name: 'PARTITION', of: ({ partition }) => partition },
          { name: 'COMMITTED', of: ({ committed }) => committed ?? undefined },
          { name: 'END', of: ({ end }) => end ?? undefined },
          { name: 'LAG', of: ({ lag }) => lag ?? undefined },
          { name: 'CLIENT', of: ({ member }) => member?.clientId },
          { name: 'HOST', of: ({ member }) => member?.host },
          { name: 'MEMBER', of: ({ member }) => member?.id, isWide: true },
        ],
        rows: groups.flatMap(({ partitions }) => partitions),
        data: (row) => row,
        nameOf: ({ group }) => group,
        whenEmpty: 'It has committed nothing, and is assigned nothing.',
      })
      return
    }
    await output.list({ columns: [], rows: groups, data: (group) => group, nameOf: ({ group }) => group })
  },
})
