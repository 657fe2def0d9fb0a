import { configResourceType } from '@odradek/metadata'
import type { ConfigResource, Outcome } from '@odradek/metadata'
import { errorCode } from '@odradek/protocol'

interface WireResource {
  readonly resourceType: number
  readonly resourceName: string
}

interface WireOutcome extends WireResource {
  readonly errorCode: number
  readonly errorMessage: string | null
}

/** A resource that a request changes, with the type that its number stands for. */
export type Typed<W> = W & { readonly resource: ConfigResource }

/**
 * Answers a change of settings: what the metadata keeps goes there together, so that it is one commit; the rest is settled
 * here. The answers come in the order of the request.
 */
export async function answerAltered<W extends WireResource>(
  resources: readonly W[],
  keep: (kept: readonly Typed<W>[]) => Promise<readonly Outcome[]>,
  others: (resource: W) => Outcome,
): Promise<readonly WireOutcome[]> {
  const kept = resources.flatMap((each) => {
    const type = configResourceType(each.resourceType)
    return type === undefined ? [] : [{ ...each, resource: { type, name: each.resourceName } }]
  })
  const outcomes = (await keep(kept)).values()
  return resources.map((each) => {
    const outcome = configResourceType(each.resourceType) === undefined ? others(each) : outcomes.next().value
    return { ...wireResource(each), errorCode: errorCode(outcome?.error ?? 'UNKNOWN_SERVER_ERROR'), errorMessage: outcome?.message ?? null }
  })
}

/** The same error for all. */
export function refuseAll(resources: readonly WireResource[], code: number, message: string): readonly WireOutcome[] {
  return resources.map((each) => ({ ...wireResource(each), errorCode: code, errorMessage: message }))
}

export function unknownType({ resourceType }: WireResource): Outcome {
  return { error: 'INVALID_REQUEST', message: `Unknown resource type ${resourceType}` }
}

function wireResource({ resourceType, resourceName }: WireResource): WireResource {
  return { resourceType, resourceName }
}
