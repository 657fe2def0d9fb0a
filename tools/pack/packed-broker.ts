import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** A broker out of its tarball, with everything in memory, for as long as `body` takes. It must start, and stop when it is told to. */
export async function withPackedBroker(node: string, folder: string, body: (bootstrapServers: string) => Promise<void>): Promise<void> {
  const odradek = join(folder, 'node_modules', 'odradek', 'odradek.js')
  const child = spawn(node, [odradek, 'start', '--port', '0', '--ephemeral', '--override', 'http.port=0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((done) => child.on('close', done))
  let said = ''
  const bootstrapServers = await new Promise<string>((ready, failed) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const line = said.split('\n').find((text) => text.includes('"event":"ready"'))
      if (line !== undefined) ready(bootstrapOf(line))
    })
    child.on('close', (code) => failed(new Error(`the packed broker ended with ${code}:\n${said}`)))
  })
  try {
    await body(bootstrapServers)
  } finally {
    child.kill('SIGTERM')
  }
  const code = await ended
  if (code !== 0) throw new Error(`the packed broker stopped with ${String(code)}`)
}

function bootstrapOf(readyLine: string): string {
  const ready: { readonly bootstrap?: string } = JSON.parse(readyLine)
  if (ready.bootstrap === undefined) throw new Error(`the ready line names no address: ${readyLine}`)
  return ready.bootstrap
}
