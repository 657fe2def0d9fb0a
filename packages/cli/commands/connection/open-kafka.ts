import type { ClientLogger, Kafka } from '@odradek/client'
import type { Terminal } from '../../terminal.ts'

/** A client as the commands use it: it says nothing on its own, unless somebody looks for a mistake. */
export async function openKafka(
  settings: Readonly<Record<string, string>>,
  { terminal, timeoutMs, isDebugging }: { readonly terminal: Terminal; readonly timeoutMs: number; readonly isDebugging: boolean },
): Promise<Kafka> {
  // Loaded here, so that help and completion need not wait for it.
  const { Kafka: Client } = await import('@odradek/client')
  const given = {
    'client.id': 'odradek',
    'default.api.timeout.ms': String(timeoutMs),
    'request.timeout.ms': String(Math.min(timeoutMs, 30_000)),
    ...settings,
  }
  return new Client(given, { logger: isDebugging ? loggerTo(terminal) : silent })
}

const silent: ClientLogger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

function loggerTo(terminal: Terminal): ClientLogger {
  const line =
    (level: string) =>
    (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      terminal.err(
        `${level} ${message} ${Object.entries(fields)
          .map(([name, value]) => `${name}=${String(value)}`)
          .join(' ')}\n`,
      )
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}
