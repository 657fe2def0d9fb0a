import { command } from '../command.ts'
import { noWords } from '../words.ts'

export const groupList = command({
  path: 'group list',
  summary: 'list groups of every kind',
  words: '',
  options: {},
  async run({ words, admin, output, terminal }) {
    noWords(words)
    const { groups, errors } = await (await admin()).listGroups()
    await output.list({
      columns: [
        { name: 'GROUP', of: ({ groupId }) => groupId },
        { name: 'TYPE', of: ({ type }) => type },
        { name: 'STATE', of: ({ state }) => state },
        { name: 'PROTOCOL', of: ({ protocolType }) => protocolType, isWide: true },
      ],
      rows: groups.toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1)),
      data: ({ groupId, type, state, protocolType }) => ({
        group: groupId,
        type: type ?? null,
        state: state ?? null,
        protocol: protocolType,
      }),
      nameOf: ({ groupId }) => groupId,
      whenEmpty: 'There are no groups.',
    })
    for (const { broker, error } of errors) terminal.err(`odradek: broker ${broker} did not tell of its groups: ${error.message}\n`)
    return errors.length === 0 ? 0 : 1
  },
})
