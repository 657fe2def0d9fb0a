export { errorCode, errorCodeOf, errorMessage, errorName, errorNames, isRetriable, KafkaError } from './errors.ts'
export type { ErrorName, KafkaErrorOptions, RecordError } from './errors.ts'
export {
  readRequestHeader,
  readResponseHeader,
  requestHeaderIsFlexible,
  responseHeaderIsFlexible,
  writeRequestHeader,
  writeResponseHeader,
} from './header.ts'
export type { RequestHeader, ResponseHeader } from './header.ts'
export { featureRange, features, featuresToAnnounce, isFeatureName, metadataVersionNames } from './features.ts'
export type { FeatureName, FeatureRange } from './features.ts'
