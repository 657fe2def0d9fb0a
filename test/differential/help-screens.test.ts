import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutHelp } from './help-screens.ts'

test('of a table of options stay their names, what they take, and what they are by default', () => {
  const help = [
    'Missing required argument "[topic]"',
    'Option (* = required)             Description                            ',
    '---------------------             -----------                            ',
    '* --bootstrap-server <String:     REQUIRED: the brokers to ask           ',
    '    server to connect to>           first.                               ',
    '--list                            List all.                              ',
    '--timeout <Long: timeout (ms)>    How long it may take. (default:        ',
    '                                    30000)                               ',
    '',
  ].join('\n')
  assert.equal(
    withoutHelp(help),
    'Missing required argument "[topic]"\nOPTIONS\n*--bootstrap-server<String:servertoconnectto>\n--list\n--timeout<Long:timeout(ms)> = 30000\n',
  )
})

test('the same table with other sentences is the same', () => {
  const table = (sentence: string, width: number): string =>
    `${'Option'.padEnd(width)}Description\n${'------'.padEnd(width)}-----------\n${'--help'.padEnd(width)}${sentence}\n`
  assert.equal(withoutHelp(table('Print usage information.', 20)), withoutHelp(table('Shows this.', 33)))
})

test('of a usage stay its words, and of the arguments below it their names and defaults', () => {
  const help = [
    'usage: verifiable-producer [-h] --topic TOPIC',
    '                           [--acks ACKS]',
    '',
    'This tool produces integers.',
    '',
    'optional arguments:',
    '  -h, --help             show this help message and exit',
    '  --topic TOPIC          Produce messages to this topic.',
    '  --acks ACKS            Acks required  on  each  message. See docs on acks.',
    '                         (default: -1)',
    '',
  ].join('\n')
  assert.equal(
    withoutHelp(help),
    'usage: verifiable-producer [-h] --topic TOPIC [--acks ACKS]\n-h, --help\n--topic TOPIC\n--acks ACKS = -1\n',
  )
})

test('an error below a usage is compared word for word', () => {
  const error = "usage: kafka-cluster [-h] {cluster-id} ...\nkafka-cluster: error: unrecognized arguments: '--x'\n"
  assert.equal(withoutHelp(error), error)
})
