import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** Who listens on a TCP port of this machine, as far as Linux tells: `java (pid 812)`. Undefined where it does not. */
export function portHolder(port: number): string | undefined {
  try {
    const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port)))
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      if (holdsOneOf(pid, inodes)) return `${programOf(pid)} (pid ${pid})`
    }
  } catch {
    // Another system than Linux: the message does without the name.
  }
  return undefined
}

/** By its command line: the name in `comm` is that of a thread, which Node calls MainThread. */
function programOf(pid: string): string {
  const [program = '', script = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  return script.includes('odradek') ? 'another odradek' : basename(program)
}

/** Lines of /proc/net/tcp: `sl local_address rem_address st … inode`, the port in hex, state 0A is LISTEN. */
function listeningInodes(table: string, port: number): readonly string[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readFileSync(table, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(ending) === true && fields[3] === '0A')
    .flatMap((fields) => fields[9] ?? [])
}

function holdsOneOf(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]
      return inode !== undefined && inodes.has(inode)
    })
  } catch {
    return false // gone meanwhile, or not ours to look into
  }
}
