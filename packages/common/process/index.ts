export { systemProcess } from './process-identity.ts'
export type { ProcessIdentity, ProcessMark } from './process-identity.ts'
