import { execFileSync } from 'node:child_process'
import { delimiter, join } from 'node:path'

/** Kafka's tools out of their tarball, as somebody types them into a shell, under both spellings. */
export function smokeKafkaTools(folder: string, bootstrapServers: string): void {
  const bin = join(folder, 'node_modules', '.bin')
  const script = `
    set -e
    eval "$(odradek env)"
    kafka-topics.sh --bootstrap-server ${bootstrapServers} --create --topic packed --partitions 1
    echo hello | kafka-console-producer --bootstrap-server ${bootstrapServers} --topic packed
    kafka-console-consumer.sh --bootstrap-server ${bootstrapServers} --topic packed --from-beginning --max-messages 1 2>/dev/null
    kafka-topics --bootstrap-server ${bootstrapServers} --list
    case "$(command -v kafka-topics)" in */@odradek/kafka-tools/bin/kafka-topics) ;; *) echo "odradek env does not put the tools first" >&2; exit 1 ;; esac
    ${join(bin, 'kafka-topics')} --version`
  const said = execFileSync('sh', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = said.trim().split('\n')
  const wanted = ['Created topic packed.', 'hello', 'packed']
  if (!wanted.every((line) => lines.includes(line)))
    throw new Error(`Kafka's tools said something else than ${wanted.join(', ')}:\n${said}`)
  process.stdout.write(`Kafka's tools ${lines.at(-1)}: a topic made, a record through\n`)
}
