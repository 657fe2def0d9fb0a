import type { AssignorName } from '../assignor.ts'
import type { PartitionerName } from '../partitioner.ts'

/**
 * Settings that name classes of Java: accepted in their dotted form alone, where the classes of Kafka itself mean what we have in their place.
 * The value says how the same is given in code.
 */
export const classSettings: Readonly<Record<ClassSetting, string>> = {
  'partitioner.class': 'partitioner',
  'interceptor.classes': 'interceptors',
  'key.serializer': 'keySerde',
  'value.serializer': 'valueSerde',
  'key.deserializer': 'keySerde',
  'value.deserializer': 'valueSerde',
}

export type ClassSetting =
  | 'partitioner.class'
  | 'interceptor.classes'
  | 'key.serializer'
  | 'value.serializer'
  | 'key.deserializer'
  | 'value.deserializer'

export const isClassSetting = (name: string): name is ClassSetting => Object.hasOwn(classSettings, name)

/** The last part of a class name: nobody writes the whole of it from memory, and nobody else's class is called like Kafka's. */
const simpleName = (className: string): string => className.trim().replace(/^.*\./, '')

export function partitionerOfClass(className: string): PartitionerName | undefined {
  return ({ RoundRobinPartitioner: 'round-robin', DefaultPartitioner: 'built-in', UniformStickyPartitioner: 'built-in' } as const)[
    simpleName(className)
  ]
}

/** An assignor by its own name, or that of its class. */
export function assignorOf(name: string): AssignorName | undefined {
  const assignors: Readonly<Record<string, AssignorName>> = {
    range: 'range',
    roundrobin: 'roundrobin',
    sticky: 'sticky',
    'cooperative-sticky': 'cooperative-sticky',
    RangeAssignor: 'range',
    RoundRobinAssignor: 'roundrobin',
    StickyAssignor: 'sticky',
    CooperativeStickyAssignor: 'cooperative-sticky',
  }
  return assignors[simpleName(name.replace(/^class /, ''))]
}

/** `org.apache.kafka.common.serialization.StringSerializer` → `String`. */
export function serdeKindOfClass(className: string): string | undefined {
  return /^(String|Short|Integer|Long|Float|Double|Boolean|UUID|ByteArray|Bytes|ByteBuffer)(?:S|Des)erializer$/.exec(
    simpleName(className),
  )?.[1]
}
