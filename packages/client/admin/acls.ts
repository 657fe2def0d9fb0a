import { CreateAcls, DeleteAcls, DescribeAcls } from '@odradek/protocol/messages'
import { errorOf } from '../errors/error-of.ts'
import type { KafkaError } from '@odradek/protocol'
import type { Waiting } from '../waiting.ts'
import { aclOperations, aclPatternTypes, aclPermissionTypes, aclResourceTypes } from './acl-words.ts'
import type { AclOperation, AclPatternType, AclPermissionType, AclResourceType, Words } from './acl-words.ts'
import { checkList, refuse } from './check.ts'
import { fields } from './keys.ts'
import { question, unlessFailed, verdict } from './operation.ts'
import type { Operation } from './operation.ts'
import type { PerItem } from './per-item.ts'
import type { Runner } from './runner.ts'
import { anyBroker, anyBrokerForController } from './targets/brokers.ts'

/** Who may, or may not, do what to which resource, and from where. */
export interface AclBinding {
  readonly resourceType: AclResourceType
  /** `*` with LITERAL means all; the cluster is called `kafka-cluster`. */
  readonly resourceName: string
  readonly patternType: AclPatternType
  /** `User:alice`; `User:*` means everybody. */
  readonly principal: string
  /** An address; `*` means everywhere. */
  readonly host: string
  readonly operation: AclOperation
  readonly permissionType: AclPermissionType
}

/** What ACLs are looked for. What is left out matches anything; pattern type MATCH finds all that apply to a resource of that name (KIP-290). */
export type AclBindingFilter = { readonly [Field in keyof AclBinding]?: AclBinding[Field] | undefined }

/** An ACL that a filter found: deleted, unless it has an error. */
export interface AclDeletion {
  readonly binding: AclBinding
  readonly error: KafkaError | undefined
}

export interface AclsAdmin {
  /**
   * The ACLs that match a filter. Rejects with SECURITY_DISABLED where brokers have no authorizer.
   *
   * ```ts
   * const rules = await admin.describeAcls({ resourceType: 'TOPIC', principal: 'User:alice' })
   * ```
   */
  describeAcls(filter?: AclBindingFilter, options?: Waiting): Promise<readonly AclBinding[]>

  /**
   * Adds ACLs; one that is there already is none the worse.
   *
   * ```ts
   * await admin.createAcls([{
   *   resourceType: 'TOPIC', resourceName: 'orders', patternType: 'LITERAL',
   *   principal: 'User:alice', host: '*', operation: 'READ', permissionType: 'ALLOW',
   * }])
   * ```
   */
  createAcls(bindings: readonly AclBinding[], options?: Waiting): PerItem<AclBinding, void>

  /**
   * Deletes the ACLs that match, and tells which they were.
   *
   * ```ts
   * const gone = await admin.deleteAcls([{ principal: 'User:mallory' }])
   * ```
   */
  deleteAcls(filters: readonly AclBindingFilter[], options?: Waiting): PerItem<AclBindingFilter, readonly AclDeletion[]>
}

export function aclsAdmin(runner: Runner): AclsAdmin {
  return {
    async describeAcls(filter = {}, options) {
      checkWords('describeAcls', filter)
      return runner.one(describeAcls(filter), options)
    },

    createAcls(bindings, options) {
      checkList('createAcls', 'bindings', bindings)
      for (const binding of bindings) checkDefinite(binding)
      return runner.items(createAcls, bindingKeys, bindings, options)
    },

    deleteAcls(filters, options) {
      checkList('deleteAcls', 'filters', filters)
      for (const filter of filters) checkWords('deleteAcls', filter)
      return runner.items(deleteAcls, filterKeys, filters, options)
    },
  }
}

const order = ['resourceType', 'resourceName', 'patternType', 'principal', 'host', 'operation', 'permissionType'] as const
const print = (acl: AclBindingFilter): string => order.flatMap((field) => acl[field] ?? []).join(' ')
const bindingKeys = fields<AclBinding>(order, print)
const filterKeys = fields<AclBindingFilter>(order, print)

function describeAcls(filter: AclBindingFilter): Operation<undefined, readonly AclBinding[]> {
  return {
    name: 'describeAcls',
    target: anyBroker(),
    byControllers: true,
    ask: question({
      api: DescribeAcls,
      request: () => wireFilter(filter),
      read: (answer, keys) =>
        unlessFailed(answer, keys, () => {
          const value = answer.resources.flatMap(({ acls, ...resource }) => acls.map((acl) => bindingOf({ ...resource, ...acl })))
          return [[undefined, { value }]]
        }),
    }),
  }
}

const createAcls: Operation<AclBinding, void> = {
  name: 'createAcls',
  target: anyBrokerForController(),
  byControllers: true,
  ask: question({
    api: CreateAcls,
    request: (keys) => ({
      creations: keys.map(({ resourceName, principal, host, ...acl }) => ({
        resourceType: aclResourceTypes.number(acl.resourceType),
        resourceName,
        resourcePatternType: aclPatternTypes.number(acl.patternType),
        principal,
        host,
        operation: aclOperations.number(acl.operation),
        permissionType: aclPermissionTypes.number(acl.permissionType),
      })),
    }),
    // Results have no names: they come in the order of the request.
    read: ({ results }, keys) => pairedWith(keys, results).map(([key, result]) => [key, verdict(result, () => undefined)]),
  }),
}

const deleteAcls: Operation<AclBindingFilter, readonly AclDeletion[]> = {
  name: 'deleteAcls',
  target: anyBrokerForController(),
  byControllers: true,
  ask: question({
    api: DeleteAcls,
    request: (keys) => ({ filters: keys.map(wireFilter) }),
    read: ({ filterResults }, keys) =>
      pairedWith(keys, filterResults).map(([key, result]) => [
        key,
        verdict(result, () =>
          result.matchingAcls.map((acl) => ({
            binding: bindingOf(acl),
            error:
              acl.errorCode === 0 ? undefined : errorOf(acl.errorCode, acl.errorMessage, { brokerMessage: acl.errorMessage || undefined }),
          })),
        ),
      ]),
  }),
}

function pairedWith<Key, Result>(keys: readonly Key[], results: readonly Result[]): readonly (readonly [Key, Result])[] {
  return keys.flatMap((key, index) => {
    const result = results[index]
    return result === undefined ? [] : [[key, result] as const]
  })
}

function wireFilter(filter: AclBindingFilter): {
  resourceTypeFilter: number
  resourceNameFilter: string | null
  patternTypeFilter: number
  principalFilter: string | null
  hostFilter: string | null
  operation: number
  permissionType: number
} {
  return {
    resourceTypeFilter: aclResourceTypes.number(filter.resourceType ?? 'ANY'),
    resourceNameFilter: filter.resourceName ?? null,
    patternTypeFilter: aclPatternTypes.number(filter.patternType ?? 'ANY'),
    principalFilter: filter.principal ?? null,
    hostFilter: filter.host ?? null,
    operation: aclOperations.number(filter.operation ?? 'ANY'),
    permissionType: aclPermissionTypes.number(filter.permissionType ?? 'ANY'),
  }
}

function bindingOf(acl: {
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}): AclBinding {
  return {
    resourceType: aclResourceTypes.word(acl.resourceType),
    resourceName: acl.resourceName,
    patternType: aclPatternTypes.word(acl.patternType),
    principal: acl.principal,
    host: acl.host,
    operation: aclOperations.word(acl.operation),
    permissionType: aclPermissionTypes.word(acl.permissionType),
  }
}

function checkWords(call: string, acl: AclBindingFilter): void {
  check(call, 'resourceType', acl.resourceType, aclResourceTypes)
  check(call, 'patternType', acl.patternType, aclPatternTypes)
  check(call, 'operation', acl.operation, aclOperations)
  check(call, 'permissionType', acl.permissionType, aclPermissionTypes)
}

/** An ACL that is to be made says exactly what it is about. */
function checkDefinite(acl: AclBinding): void {
  checkWords('createAcls', acl)
  for (const field of order) {
    const word = acl[field]
    const isVague = word === undefined || word === '' || (field !== 'resourceName' && (word === 'ANY' || word === 'MATCH'))
    if (isVague) refuse('createAcls', `${field} is ${word}`, 'Only filters may leave something open.')
  }
}

function check<Word extends string>(call: string, field: string, word: Word | undefined, words: Words<Word>): void {
  if (word === undefined) return
  if (word === 'UNKNOWN' || !words.all.includes(word)) refuse(call, `${field} is ${word}`, `Give one of ${words.all.slice(1).join(', ')}.`)
}
