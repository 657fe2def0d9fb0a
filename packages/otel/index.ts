export { instrumentKafka } from './instrument-kafka.ts'
export type { Instrumentation, InstrumentationOptions } from './instrument-kafka.ts'
export { contextOf } from './propagation.ts'
export { withActiveSpan } from './active-span.ts'
