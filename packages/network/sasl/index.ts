export type { SaslExchange, SaslMechanism } from './mechanism.ts'
