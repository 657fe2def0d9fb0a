import type { AclBinding, AclBindingFilter, AclOperation, AclPatternType, AclPermissionType, AclResourceType } from '@odradek/client'
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from '../enums.ts'
import { protocolError } from '../error-mapping.ts'
import { KafkaJSNonRetriableError } from '../errors.ts'
import type { AclEntry, AclFilter, Admin, DescribeAclResource } from '../types/admin.ts'
import { checkArray } from './call.ts'
import type { AdminCalls } from './call.ts'

export function aclsAdmin(call: AdminCalls): Pick<Admin, 'createAcls' | 'describeAcls' | 'deleteAcls'> {
  return {
    async createAcls({ acl }) {
      checkArray('ACL array', acl)
      if (acl.length === 0) throw new KafkaJSNonRetriableError('Empty ACL array')
      for (const what of ['principal', 'host', 'resourceName'] as const) {
        if (acl.some((entry) => typeof entry[what] !== 'string'))
          throw new KafkaJSNonRetriableError(`Invalid ACL array, the ${what}s have to be a valid string`)
      }
      for (const entry of acl) checkWords(entry)
      await call((admin) => admin.createAcls(acl.map(bindingOf)))
      return true
    },

    async describeAcls(filter) {
      checkFilter(filter, '')
      return call(async (admin) => {
        const bindings = await admin.describeAcls(filterOf(filter))
        return { throttleTime: 0, errorCode: 0, resources: byResource(bindings.map(entryOf)) }
      })
    },

    async deleteAcls({ filters }) {
      checkArray('ACL Filter array', filters)
      if (filters.length === 0) throw new KafkaJSNonRetriableError('Empty ACL Filter array')
      for (const filter of filters) checkFilter(filter, 'ACL Filter array, the ')
      return call(async (admin) => {
        const asked = filters.map(filterOf)
        const deleted = await admin.deleteAcls(asked)
        const filterResponses = asked.map((filter) => ({
          errorCode: 0,
          matchingAcls: (deleted.get(filter) ?? []).map(({ binding, error }) => {
            if (error !== undefined) throw protocolError(error)
            return { errorCode: 0, ...entryOf(binding) }
          }),
        }))
        return { throttleTime: 0, filterResponses }
      })
    },
  }
}

/** Word of the client below for a number of kafkajs. */
function word<Name extends string>(words: Readonly<Record<Name, number>>, number: number): Name | undefined {
  for (const name in words) if (words[name] === number) return name
  return undefined
}

function filterOf({ principal, host, resourceName, ...types }: AclFilter): AclBindingFilter {
  return {
    ...words(types),
    ...(principal === undefined ? {} : { principal }),
    ...(host === undefined ? {} : { host }),
    ...(resourceName === undefined ? {} : { resourceName }),
  }
}

function bindingOf({ principal, host, resourceName, ...types }: AclEntry): AclBinding {
  return { principal, host, resourceName, ...words(types) }
}

type Types = Pick<AclEntry, 'operation' | 'permissionType' | 'resourceType' | 'resourcePatternType'>

function words({ operation, permissionType, resourceType, resourcePatternType }: Types): {
  readonly operation: AclOperation
  readonly permissionType: AclPermissionType
  readonly resourceType: AclResourceType
  readonly patternType: AclPatternType
} {
  return {
    operation: word(AclOperationTypes, operation) ?? 'UNKNOWN',
    permissionType: word(AclPermissionTypes, permissionType) ?? 'UNKNOWN',
    resourceType: word(AclResourceTypes, resourceType) ?? 'UNKNOWN',
    patternType: word(ResourcePatternTypes, resourcePatternType) ?? 'UNKNOWN',
  }
}

/** What is newer than kafkajs is UNKNOWN to it. */
function entryOf({ principal, host, resourceName, resourceType, patternType, operation, permissionType }: AclBinding): AclEntry {
  const number = <Number extends number>(numbers: Readonly<Record<string, Number>>, name: string, unknown: Number): Number =>
    numbers[name] ?? unknown
  return {
    resourceType: number<AclResourceTypes>(AclResourceTypes, resourceType, AclResourceTypes.UNKNOWN),
    resourceName,
    resourcePatternType: number<ResourcePatternTypes>(ResourcePatternTypes, patternType, ResourcePatternTypes.UNKNOWN),
    principal,
    host,
    operation: number<AclOperationTypes>(AclOperationTypes, operation, AclOperationTypes.UNKNOWN),
    permissionType: number<AclPermissionTypes>(AclPermissionTypes, permissionType, AclPermissionTypes.UNKNOWN),
  }
}

function byResource(entries: readonly AclEntry[]): DescribeAclResource[] {
  const resources = new Map<string, DescribeAclResource>()
  for (const { resourceType, resourceName, resourcePatternType, ...acl } of entries) {
    const name = `${resourceType}/${resourcePatternType}/${resourceName}`
    const resource = resources.get(name) ?? { resourceType, resourceName, resourcePatternType, acls: [] }
    resources.set(name, resource)
    resource.acls.push(acl)
  }
  return [...resources.values()]
}

function checkFilter(filter: AclFilter, of: string): void {
  for (const what of ['principal', 'host', 'resourceName'] as const) {
    if (typeof filter[what] === 'string' || filter[what] === undefined) continue
    throw new KafkaJSNonRetriableError(
      of === '' ? `Invalid ${what}, the ${what} have to be a valid string` : `Invalid ${of}${what}s have to be a valid string`,
    )
  }
  checkWords(filter)
}

function checkWords(types: Types): void {
  const check = (what: string, words: Readonly<Record<string, number>>, number: number): void => {
    if (word(words, number) === undefined) throw new KafkaJSNonRetriableError(`Invalid ${what} ${number}: ${JSON.stringify(types)}`)
  }
  check('operation type', AclOperationTypes, types.operation)
  check('resource pattern type', ResourcePatternTypes, types.resourcePatternType)
  check('permission type', AclPermissionTypes, types.permissionType)
  check('resource type', AclResourceTypes, types.resourceType)
}
