export type { TopicOptions, TopicsToCreate } from '../create-topics.ts'
export type { GroupMember, GroupOffset, GroupView, TopicPartition } from './groups/group-view.ts'
export type { StartBrokerOptions, TestLogLevel } from './options.ts'
export type { Compression } from './records/append-records.ts'
export type { Content, ProducedRecord } from './records/produced-record.ts'
export type { RecordPlace, TestRecord } from './records/test-record.ts'
export type { ApiName, Apis, BrokerRequest, RequestBody, ResponseBody } from './requests/apis.ts'
export type { Rule } from './requests/rule.ts'
export { startBroker } from './start-test-broker.ts'
export type {
  FailNextOptions,
  Interceptor,
  ProduceOptions,
  RequestFilter,
  TestBroker,
  TestClock,
  WaitForGroupOptions,
  WaitForRecordsOptions,
} from './test-broker.ts'
export type { Duration } from './time/duration.ts'
