export { errorCode, errorCodeOf, errorMessage, errorName, errorNames, isRetriable, KafkaError } from './errors.ts'
export type { ErrorName, RecordError } from './errors.ts'
