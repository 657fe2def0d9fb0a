export type { Dialler, DialTarget, Endpoint, IpAddress, Transport, TransportReader } from './dialler.ts'
