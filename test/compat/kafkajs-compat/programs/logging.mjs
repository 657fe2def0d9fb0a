import { brokers, kafkajs, name, print, topicWith } from '../stage.mjs'

const { logLevel } = kafkajs
const lines = []
const made = []
const kafka = new kafkajs.Kafka({
  clientId: 'program',
  brokers,
  logLevel: logLevel.ERROR,
  logCreator: (level) => {
    made.push(level)
    return ({ namespace, level, label, log }) =>
      lines.push({
        namespace: namespace || undefined,
        level,
        label,
        keys: Object.keys(log).toSorted(),
        message: log.message,
        more: log.more,
      })
  },
})
kafka.logger().info('hidden')
kafka.logger().error('seen', { more: 1 })
kafka.logger().setLogLevel(logLevel.INFO)
kafka.logger().info('now seen')
kafka.logger().namespace('Mine').warn('named')
kafka.logger().namespace('Own', logLevel.NOTHING).error('never')
kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner }).logger().info('of the producer')
kafka.admin().logger().info('of the admin')
kafka
  .consumer({ groupId: name('g') })
  .logger()
  .debug('hidden')
print(made, lines)
await topicWith('t', 0)
