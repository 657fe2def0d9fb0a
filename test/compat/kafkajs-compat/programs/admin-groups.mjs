import { fails, kafka, kafkajs, name, print, topicWith } from '../stage.mjs'

const topic = await topicWith('t', 2)
const groupId = name('g')
const admin = kafka.admin()
await admin.connect()
const consumer = kafka.consumer({ groupId })
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({ eachMessage: async () => undefined })
print((await admin.listGroups()).groups.filter((group) => group.groupId === groupId))
const show = ({ members, ...group }) => ({
  ...group,
  members: members.map(({ clientId, memberMetadata, memberAssignment, ...rest }) => [
    clientId,
    Object.keys(rest).toSorted(),
    kafkajs.AssignerProtocol.MemberMetadata.decode(memberMetadata).topics,
    kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment).assignment,
  ]),
})
print(show(await consumer.describeGroup()))
print((await admin.describeGroups([groupId, name('nobody')])).groups.map(show).toSorted((a, b) => (a.groupId < b.groupId ? -1 : 1)))
await fails('offsets of a group at work', () => admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '0' }] }))
try {
  await admin.deleteGroups([groupId])
} catch (error) {
  print(
    error.name,
    (error.cause?.groups ?? error.groups)?.map(({ error: one }) => [one.name, one.type]),
  )
}
await consumer.disconnect()
print((await admin.describeGroups([groupId])).groups.map(show))
print(await admin.deleteGroups([groupId]))
print((await admin.listGroups()).groups.filter((group) => group.groupId === groupId))
print(await admin.deleteGroups([]))
await fails('bad', () => admin.deleteGroups('x'))
await admin.disconnect()
