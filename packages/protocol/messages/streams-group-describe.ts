import { api } from '../schema/api.ts'
import { array, bool, errorText, int16, int32, int64, nullableStruct, string, struct, uint16 } from '../schema/types.ts'

const taskIds = struct({ subtopologyId: string(), partitions: array(int32()) })
const taskOffset = struct({ subtopologyId: string(), partition: int32(), offset: int64() })
const keyValue = struct({ key: string(), value: string() })
const topicInfo = struct({ name: string(), partitions: int32(), replicationFactor: int16(), topicConfigs: array(keyValue) })
const assignment = struct({ activeTasks: array(taskIds), standbyTasks: array(taskIds), warmupTasks: array(taskIds) })

/** State, topology, members and tasks of streams groups (KIP-1071). */
export const StreamsGroupDescribe = api({
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: [0, 0],
  flexible: 0,
  request: { groupIds: array(string()), includeAuthorizedOperations: bool() },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    groups: array(
      struct({
        errorCode: int16(),
        errorMessage: errorText({ nullable: 0, default: null }),
        groupId: string(),
        groupState: string(),
        groupEpoch: int32(),
        assignmentEpoch: int32(),
        topology: nullableStruct(
          {
            epoch: int32(),
            subtopologies: array(
              struct({
                subtopologyId: string(),
                sourceTopics: array(string()),
                repartitionSinkTopics: array(string()),
                stateChangelogTopics: array(topicInfo),
                repartitionSourceTopics: array(topicInfo),
              }),
              { nullable: 0, default: null },
            ),
          },
          { default: null },
        ),
        members: array(
          struct({
            memberId: string(),
            memberEpoch: int32(),
            instanceId: string({ nullable: 0, default: null }),
            rackId: string({ nullable: 0, default: null }),
            clientId: string(),
            clientHost: string(),
            topologyEpoch: int32(),
            processId: string(),
            userEndpoint: nullableStruct({ host: string(), port: uint16() }, { default: null }),
            clientTags: array(keyValue),
            taskOffsets: array(taskOffset),
            taskEndOffsets: array(taskOffset),
            assignment,
            targetAssignment: assignment,
            isClassic: bool(),
          }),
        ),
        authorizedOperations: int32({ default: -(2 ** 31) }),
      }),
    ),
  },
})
