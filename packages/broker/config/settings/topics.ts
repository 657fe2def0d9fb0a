import { boolean, classOf, int } from '@odradek/common/config'
import { unused } from './unused.ts'

/** How topics come into being. */
export const topicCreationConfig = {
  'auto.create.topics.enable': boolean({ default: true, doc: 'Whether a topic is created when a client asks for it and it is not there.' }),
  'num.partitions': int({ default: 1, atLeast: 1, doc: 'How many partitions a new topic has when nobody says.' }),
  'default.replication.factor': int({ default: 1, doc: 'How many replicas a new topic has when nobody says.' }),
  'min.insync.replicas': int({
    default: 1,
    atLeast: 1,
    scope: 'cluster-wide',
    doc: 'How many replicas must have a batch before acks=all is answered. Default of the setting of topics.',
  }),
  'broker.max.partitions': int({
    default: 10_000,
    atLeast: 1,
    isOurs: true,
    doc: 'How many partitions this broker takes. Creating a topic or adding partitions beyond it fails with POLICY_VIOLATION.',
  }),
  'create.topic.policy.class.name': classOf({ default: null, doc: 'A class that decides about new topics.', unused: unused.plugins }),
  'alter.config.policy.class.name': classOf({
    default: null,
    doc: 'A class that decides about changes of settings.',
    unused: unused.plugins,
  }),
  'max.request.partition.size.limit': int({
    default: 2000,
    atLeast: 1,
    doc: 'How many partitions one answer of DescribeTopicPartitions has at most.',
  }),
}
