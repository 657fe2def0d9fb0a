import type { ConfigDef, ConfigDefs } from '@odradek/common/config'
import { adminConfig, camelCase, clientConfig, consumerConfig, producerConfig } from '../../packages/client/config/index.ts'
import { code, page, table } from './markdown.ts'
import type { Page } from './markdown.ts'

/** All settings of clients: those of all, and of each kind what it has beside them. */
export function clientConfigPage(): Page {
  const own = (defs: ConfigDefs): ConfigDefs =>
    Object.fromEntries(Object.entries(defs).filter(([name, def]) => clientConfigDefs[name] !== def))
  return page('client-configs.md', 'Settings of clients', [
    "Settings have Kafka's names. In code they are spelled in camel case (`linger.ms` is `lingerMs`) and have the types of this page; the names with dots are taken in the same " +
      'place, with texts for values, so that a properties file can be used as it is: `new Kafka(await readProperties("client.properties"))`. ' +
      'What is given to `new Kafka()` counts for everything that it makes; what is given to `kafka.producer()` and so on counts before it.',
    'A name that is unknown is an error in camel case, and a warning with dots: a file may be for others too. Defaults are those of the Java client 4.3. **◆** marks settings that it does not have.',
    'In code alone there are `tls` (options of `node:tls` instead of `ssl.*`), `sasl` (`{ mechanism, username, password }` or `{ mechanism, token }`), and, by kind of client, ' +
      '`partitioner`, `assignors`, `interceptors`, `topics`, `keySerde` and `valueSerde`. Their dotted counterparts (`partitioner.class`, `key.serializer` and so on) take the class names of Kafka itself.',
    '## All clients',
    settings(clientConfig),
    '## Producers',
    settings(own(producerConfig)),
    '## Consumers',
    settings(own(consumerConfig)),
    '## Admins',
    settings(own(adminConfig)),
    '## Without effect',
    'These are accepted, so that a file of the Java client can be used as it is, and change nothing here; the last column says why.',
    idle({ ...clientConfig, ...consumerConfig }),
  ])
}

const clientConfigDefs: ConfigDefs = clientConfig

function settings(defs: ConfigDefs): string {
  const rows = Object.entries(defs)
    .filter(([, def]) => def.unused === undefined)
    .map(([name, def]) => [code(camelCase(name)), `${code(name)}${def.isOurs ? ' ◆' : ''}`, typeOf(def), defaultOf(def), def.doc])
  return table(['In code', 'In files', 'Type', 'Default', 'What it does'], rows)
}

function idle(defs: ConfigDefs): string {
  const rows = Object.entries(defs)
    .filter(([, def]) => def.unused !== undefined)
    .map(([name, def]) => [code(name), def.doc.replace(` It has no effect here: ${def.unused}.`, ''), def.unused ?? ''])
  return table(['Setting', 'What it is for in the Java client', 'Without effect because'], rows)
}

function typeOf({ type, valid }: ConfigDef): string {
  return valid === '' ? type.toLowerCase() : `${type.toLowerCase()}, ${code(valid)}`
}

function defaultOf(def: ConfigDef): string {
  if (def.default === undefined) return '(required)'
  return def.default === null ? '–' : def.default === '' ? '(empty)' : code(def.default)
}
