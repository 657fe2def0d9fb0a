/** How this client presents itself to brokers (KIP-511), and the version of its package. */
export const clientSoftware = { name: 'odradek', version: '0.1.0' } as const
