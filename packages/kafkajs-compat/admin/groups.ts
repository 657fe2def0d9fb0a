import { protocolError } from '../error-mapping.ts'
import { KafkaJSDeleteGroupsError, KafkaJSNonRetriableError } from '../errors.ts'
import type { Admin } from '../types/admin.ts'
import { checkArray, failures } from './call.ts'
import type { AdminCalls } from './call.ts'
import { describeGroups } from './describe-groups.ts'

export function groupsAdmin(call: AdminCalls): Pick<Admin, 'listGroups' | 'describeGroups' | 'deleteGroups' | 'describeCluster'> {
  return {
    listGroups: () =>
      call(async (admin) => {
        const { groups, errors } = await admin.listGroups()
        if (errors[0] !== undefined) throw errors[0].error
        return { groups: groups.map(({ groupId, protocolType }) => ({ groupId, protocolType })) }
      }),

    describeGroups: (groupIds) => call(async (admin) => ({ groups: await describeGroups(admin, groupIds) })),

    async deleteGroups(groupIds) {
      checkArray('groupIds array', groupIds)
      if (groupIds.some((groupId) => typeof groupId !== 'string')) throw new KafkaJSNonRetriableError('Invalid groupId name: true')
      if (groupIds.length === 0) return []
      return call(async (admin) => {
        const failed = await failures(admin.deleteConsumerGroups(groupIds))
        if (failed.length > 0) {
          const groups = failed.map(([groupId, error]) => ({ groupId, errorCode: error.wireCode, error: protocolError(error) }))
          throw new KafkaJSDeleteGroupsError('Error in DeleteGroups', groups)
        }
        return groupIds.map((groupId) => ({ groupId, errorCode: 0 }))
      })
    },

    describeCluster: () =>
      call(async (admin) => {
        const { brokers, controller, clusterId = '' } = await admin.describeCluster()
        return { brokers: brokers.map(({ id, host, port }) => ({ nodeId: id, host, port })), controller: controller?.id ?? null, clusterId }
      }),
  }
}
