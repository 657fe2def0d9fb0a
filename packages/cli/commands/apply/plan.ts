import { UserError } from '@odradek/common/errors'
import type { TopicWish } from './topic-wishes.ts'

/** A topic as it is. */
export interface CurrentTopic {
  readonly partitions: number
  readonly replicas: number
  /** Settings of the topic itself, without defaults. */
  readonly config: Readonly<Record<string, string>>
  /** What a setting counts as that the topic itself does not have. */
  readonly defaults: Readonly<Record<string, string>>
}

export type Step =
  | {
      readonly kind: 'create'
      readonly topic: string
      readonly partitions: number | undefined
      readonly replicas: number | undefined
      readonly config: Readonly<Record<string, string>>
    }
  | { readonly kind: 'grow'; readonly topic: string; readonly before: number; readonly after: number }
  | { readonly kind: 'set'; readonly topic: string; readonly setting: string; readonly before: string; readonly after: string }
  | { readonly kind: 'unset'; readonly topic: string; readonly setting: string; readonly before: string; readonly after: string }
  | { readonly kind: 'delete'; readonly topic: string }

/** What must be done for the topics to be as they are wished. @throws UserError for what cannot be done: fewer partitions, other replicas. */
export function planOf(
  wishes: ReadonlyMap<string, TopicWish>,
  current: ReadonlyMap<string, CurrentTopic>,
  prune: boolean,
): readonly Step[] {
  const steps: Step[] = []
  for (const [topic, { partitions, replicas, config }] of wishes) {
    const now = current.get(topic)
    if (now === undefined) {
      steps.push({ kind: 'create', topic, partitions, replicas, config })
      continue
    }
    if (partitions !== undefined && partitions < now.partitions)
      throw new UserError(
        `${topic} has ${now.partitions} partitions and cannot get fewer (${partitions}): keys would be read from other partitions than they lie in. Make a new topic`,
      )
    if (replicas !== undefined && replicas !== now.replicas)
      throw new UserError(
        `${topic} has ${now.replicas} replicas, and apply does not move any (${replicas} are wished): use kafka-reassign-partitions, or leave replicas out`,
      )
    if (partitions !== undefined && partitions > now.partitions)
      steps.push({ kind: 'grow', topic, before: now.partitions, after: partitions })
    for (const [setting, after] of Object.entries(config)) {
      const before = now.config[setting] ?? now.defaults[setting] ?? ''
      if (now.config[setting] !== after) steps.push({ kind: 'set', topic, setting, before, after })
    }
    if (!prune) continue
    for (const [setting, before] of Object.entries(now.config))
      if (!Object.hasOwn(config, setting)) steps.push({ kind: 'unset', topic, setting, before, after: now.defaults[setting] ?? '' })
  }
  if (prune) for (const topic of current.keys()) if (!wishes.has(topic)) steps.push({ kind: 'delete', topic })
  return steps
}

export function shownPlan(steps: readonly Step[]): string {
  if (steps.length === 0) return 'Nothing to do: everything is as the file says.\n'
  return steps.map((step) => `${lineOf(step)}\n`).join('')
}

function lineOf(step: Step): string {
  switch (step.kind) {
    case 'create': {
      const facts = [
        step.partitions === undefined ? '' : `${step.partitions} partitions`,
        step.replicas === undefined ? '' : `${step.replicas} replicas`,
        ...Object.entries(step.config).map(([key, value]) => `${key}=${value}`),
      ].filter((fact) => fact !== '')
      return `+ ${step.topic}${facts.length === 0 ? '' : `  ${facts.join(', ')}`}`
    }
    case 'grow':
      return `~ ${step.topic}  partitions: ${step.before} → ${step.after}`
    case 'set':
      return `~ ${step.topic}  ${step.setting}: ${step.before === '' ? 'not set' : step.before} → ${step.after}`
    case 'unset':
      return `~ ${step.topic}  ${step.setting}: ${step.before} → ${step.after === '' ? 'the default' : `${step.after} (default)`}`
    default:
      return `- ${step.topic}  with all its records`
  }
}
