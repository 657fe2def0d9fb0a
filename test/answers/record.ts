import { writeFileSync } from 'node:fs'
import { Asked } from './asked.ts'
import { askGroups } from './groups.ts'

/**
 * Writes down what a broker answers, to be compared with what ours does:
 *
 *     tools/peers/apache-kafka start --port 19092 --dir "$DIR" --detach
 *     BOOTSTRAP=127.0.0.1:19092 node test/answers/record.ts test/answers/groups.json
 */
const [host = '127.0.0.1', port = '9092'] = (process.env['BOOTSTRAP'] ?? '').split(':')
const [file = '/dev/stdout'] = process.argv.slice(2)
await using asked = await Asked.at({ host, port: Number(port) })
await askGroups(asked)
writeFileSync(file, `[\n${asked.answers.map((answer) => JSON.stringify(answer)).join(',\n')}\n]\n`)
