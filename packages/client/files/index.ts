export { readProperties } from './read-properties.ts'
export { tlsSource } from './tls-source.ts'
export type { TlsSettings } from './tls-source.ts'
