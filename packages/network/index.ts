export type { Address } from './address.ts'
export { CloseConnection } from './connection.ts'
export type { ClientSoftware, Connection, FrameHandler, Reply } from './connection.ts'
