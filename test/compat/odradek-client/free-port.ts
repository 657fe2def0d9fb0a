import { createServer } from 'node:net'

/** Ports that no outgoing connection gets by itself: those begin at 32768 on Linux. */
const [lowest, highest] = [10_000, 32_000]

/** The first of a row of ports of which nobody uses any; a broker with several listeners wants so many. */
export async function freePort(row = 1): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const first = lowest + Math.floor(Math.random() * (highest - lowest - row))
    if (await areFree(Array.from({ length: row }, (_, i) => first + i))) return first
    if (attempt === 100) throw new Error(`No ${row} free ports in a row between ${lowest} and ${highest}`)
  }
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) {
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!isFree) return false
    await new Promise((resolve) => server.close(resolve))
  }
  return true
}
