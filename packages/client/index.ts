// Where everything begins
export { Kafka } from './kafka.ts'
export { readProperties } from './files/read-properties.ts'

// Topics
export { topic } from './topic.ts'
export type { RawTopic, Topic, TopicOf } from './topic.ts'
export type { Bytes } from './bytes.ts'
export type { Headers, HeadersInput } from './headers.ts'
export type { Offsets, PartitionInfo, PartitionOffset, Partitions, TopicPartition } from './partitions.ts'
export type { Waiting } from './waiting.ts'

// Serdes
export {
  bigint64,
  boolean,
  bytes,
  float32,
  float64,
  int16,
  int32,
  int64,
  json,
  list,
  nullable,
  serde,
  string,
  uuid,
} from './serdes/index.ts'
export type { ByteSink, Deserializer, Serde, SerdeContext, Serializer } from './serdes/index.ts'

// Producers
export type {
  Delivery,
  Done,
  Producer,
  ProducerRecord,
  Raw,
  RecordMetadata,
  Records,
  Transaction,
  TransactionalProducer,
} from './producer/producer.ts'
export { readProcessWrite } from './producer/transactions/read-process-write.ts'
export { javaPartition, kafkajsLegacy, librdkafkaConsistent, librdkafkaConsistentRandom } from './producer/partitioners/index.ts'
export type { Partitioner, PartitionerName, PartitionsToChoose } from './partitioner.ts'

// Consumers
export type {
  BatchOf,
  CloseOptions,
  Consumer,
  Listening,
  OnError,
  RebalanceListener,
  RecordOf,
  Re2jPattern,
  RunOptions,
} from './consumer/consumer.ts'
export type { ConsumerBatch } from './consumer/batch.ts'
export type { ConsumerRecord } from './consumer/record.ts'
export { DeserializationError } from './consumer/records/deserialization-error.ts'
export type { ConsumerGroupMetadata } from './consumer/group-metadata.ts'
export { kafkajsRoundRobin } from './consumer/assignors/kafkajs-round-robin.ts'
export type { Assignor, AssignorCluster, AssignorName, MemberAssignment, MemberSubscription } from './assignor.ts'

// Admins
export type { Admin } from './admin/admin.ts'
export type { Outcome, PerItem } from './admin/per-item.ts'
export type { AclOperation, AclPatternType, AclPermissionType, AclResourceType } from './admin/acl-words.ts'
export type { AclBinding, AclBindingFilter, AclDeletion } from './admin/acls.ts'
export type { ClusterBroker, ClusterDescription } from './admin/cluster-admin.ts'
export type { ConfigResourceType, ConfigSource, ConfigType } from './admin/config-words.ts'
export type { AlterConfigOp, ConfigEntry, ConfigResource, ConfigSynonym } from './admin/configs.ts'
export type {
  ClassicGroupDescription,
  ClassicMemberDescription,
  ConsumerGroupDescription,
  DescribeGroupsOptions,
  MemberDescription,
} from './admin/consumer-groups.ts'
export type { DelegationToken, KafkaPrincipal } from './admin/delegation-tokens.ts'
export type { DescribeTopicsOptions, TopicDescription, TopicPartitionInfo } from './admin/describe-topics.ts'
export type { ElectionType } from './admin/elections.ts'
export type { FeatureMetadata, FeatureRange, FeatureUpdate } from './admin/features.ts'
export type { MemberToRemove } from './admin/group-members.ts'
export type { GroupOffsets, GroupOffsetsSpec, ListGroupOffsetsOptions } from './admin/group-offsets.ts'
export type { BrokerFailure, GroupListing, GroupState, GroupType, ListGroupsOptions, ListedGroups } from './admin/groups.ts'
export type { LogDirDescription, ReplicaInfo, ReplicaLogDirInfo, TopicPartitionReplica } from './admin/log-dirs.ts'
export type { ListedOffset, NewPartitions, OffsetSpec, RecordsToDelete } from './admin/partitions-admin.ts'
export type { QuorumInfo, QuorumReplica, RaftVoterEndpoint, RaftVoterOptions } from './admin/quorum.ts'
export type { ClientQuotaAlteration, ClientQuotaEntity, ClientQuotaFilter, ClientQuotaFilterComponent } from './admin/quotas.ts'
export type { NewPartitionReassignment, PartitionReassignment } from './admin/reassignments.ts'
export type { ReplicaBatches, ReplicaBatchesOptions, ReplicaPlace } from './admin/replica-batches.ts'
export type { ScramCredentialInfo, ScramMechanism, UserScramCredentialAlteration } from './admin/scram-credentials.ts'
export type { ShareGroupDescription, ShareGroupOffsets, ShareMemberDescription, SharePartitionOffset } from './admin/share-groups.ts'
export type {
  StreamsAssignment,
  StreamsGroupDescription,
  StreamsMemberDescription,
  StreamsSubtopology,
  StreamsTaskOffset,
  StreamsTasks,
  StreamsTopicInfo,
} from './admin/streams-groups.ts'
export type { CreatedTopic, CreatedTopicConfig, NewTopic, QuotaOptions, TopicCollection, TopicListing } from './admin/topics.ts'
export type {
  AbortTransactionSpec,
  ListTransactionsOptions,
  ListedTransactions,
  ProducerState,
  TransactionDescription,
  TransactionListing,
  TransactionState,
} from './admin/transactions.ts'

// Options, errors, insight
export type { ConsumerInterceptor, InterceptedBatch, InterceptedRecord, ProducerInterceptor } from './interceptors.ts'
export type {
  AdminOptions,
  ClientOptions,
  ConsumerOptions,
  OAuthToken,
  ProducerOptions,
  SaslOptions,
  TlsOptions,
  TokenSource,
} from './config/index.ts'
export { KafkaError } from '@odradek/protocol'
export type { ErrorName } from '@odradek/protocol'
export { ClientError } from './errors/client-error.ts'
export type { ClientErrorCode } from './errors/client-error-codes.ts'
export { ConfigError } from './errors/config-error.ts'
export type { Metric, Metrics } from './metrics/metrics.ts'
export type { Environment } from './environment.ts'
export type { ClientLogger, LogFields } from './logger.ts'
export type {
  CommitContext,
  CoordinatorSilentMessage,
  MetadataMessage,
  ProcessContext,
  RebalanceMessage,
  ReceiveContext,
  RecordMessage,
  RequestContext,
  SendContext,
} from './tracing/channels.ts'
