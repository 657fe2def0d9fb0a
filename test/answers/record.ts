import { writeFileSync } from 'node:fs'
import { askAdmin } from './admin.ts'
import { Asked } from './asked.ts'
import { askGroups } from './groups.ts'

/**
 * Writes down what a broker answers, to be compared with what ours does:
 *
 *     tools/peers/apache-kafka start --port 19092 --dir "$DIR" --feature eligible.leader.replicas.version=0 --detach
 *     BOOTSTRAP=127.0.0.1:19092 node test/answers/record.ts groups test/answers/groups.json
 *     BOOTSTRAP=127.0.0.1:19092 node test/answers/record.ts admin test/answers/admin.json
 *
 * Without eligible leader replicas, since with them Kafka sets min.insync.replicas for the whole cluster at its birth.
 */
const [host = '127.0.0.1', port = '9092'] = (process.env['BOOTSTRAP'] ?? '').split(':')
const [what = 'groups', file = '/dev/stdout'] = process.argv.slice(2)
await using asked = await Asked.at({ host, port: Number(port) })
await (what === 'admin' ? askAdmin : askGroups)(asked)
writeFileSync(file, `[\n${asked.answers.map((answer) => JSON.stringify(answer)).join(',\n')}\n]\n`)
