import { readFileSync } from 'node:fs'
import type { NetworkConfig } from './network-settings.ts'
import type { NetworkLimits } from './network-server.ts'

/** The limits that the settings give on a machine with so much memory for the broker and so many file descriptors. */
export function networkLimits(config: NetworkConfig, machine: { readonly memoryBytes: number; readonly openFiles: number }): NetworkLimits {
  const eighth = Math.max(67_108_864, Math.floor(machine.memoryBytes / 8))
  const ofSetting = (value: number, otherwise: number): number => (value < 0 ? otherwise : value)
  // More than that only waits: the log takes it away faster than a network brings it.
  const requestBytes = Math.max(config['socket.request.max.bytes'], Math.min(eighth, 268_435_456))
  return {
    maxFrameBytes: config['socket.request.max.bytes'],
    idleMs: config['connections.max.idle.ms'] < 0 ? Infinity : config['connections.max.idle.ms'],
    receiveMs: config['request.receive.timeout.ms'],
    sendMs: config['response.send.timeout.ms'],
    maxRequests: config['queued.max.requests'],
    maxRequestBytes: ofSetting(config['queued.max.request.bytes'], requestBytes),
    maxResponseBytes: ofSetting(config['queued.max.response.bytes'], eighth),
    maxConnections: config['max.connections'],
    maxDescriptors: Math.floor(machine.openFiles * 0.6),
    maxPerAddress: config['max.connections.per.ip'],
    perAddress: overridesOf(config['max.connections.per.ip.overrides']),
    maxPerSecond: config['max.connection.creation.rate'],
  }
}

/** How many files this process may have open; `Infinity` where the system does not say. */
export function openFilesLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1]
    return soft === undefined ? Infinity : Number(soft)
  } catch {
    return Infinity
  }
}

function overridesOf(text: string): ReadonlyMap<string, number> {
  const overrides = new Map<string, number>()
  for (const item of text.split(',').filter((part) => part.trim() !== '')) {
    const at = item.lastIndexOf(':')
    overrides.set(item.slice(0, at).trim(), Number(item.slice(at + 1)))
  }
  return overrides
}
