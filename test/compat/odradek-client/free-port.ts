import { createServer } from 'node:net'

/** The first of a row of ports; that those behind it are free is likely, and else the start is tried again. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  await new Promise((resolve) => server.close(resolve))
  return port > 65_000 ? port - 1000 : port
}
