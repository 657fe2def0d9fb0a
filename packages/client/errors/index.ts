export { ClientError } from './client-error.ts'
export type { ClientErrorCode, ClientErrorOptions } from './client-error.ts'
export { ConfigError } from './config-error.ts'
export { errorOf, isCoordinatorError, isMetadataError, meansStaleCoordinator, meansStaleMetadata, nameOfCode } from './error-of.ts'
