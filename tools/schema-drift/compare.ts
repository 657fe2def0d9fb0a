import { includes, print } from './message.ts'
import type { Message, MessageField, Versions } from './message.ts'

export interface Difference {
  readonly message: string
  /** `topics[].partitions[].fetchOffset`; empty for the message itself. */
  readonly path: string
  /** What is so here and otherwise in Kafka. */
  readonly what: string
  readonly versions: Versions
}

/** Compares a message version by version, as it is on the wire, and then what its fields mean where they are absent. */
export function compare(ours: Message, kafka: Message): readonly Difference[] {
  const found: Difference[] = []
  const both = { from: Math.max(ours.versions.from, kafka.versions.from), to: Math.min(ours.versions.to, kafka.versions.to) }
  const note = (path: string, what: string, versions: Versions = both): void => {
    found.push({ message: ours.name, path, what, versions })
  }
  if (ours.key !== kafka.key) note('', `key ${ours.key}, in Kafka ${kafka.key}`)
  if (print(ours.versions) !== print(kafka.versions)) note('', `versions ${print(ours.versions)}, in Kafka ${print(kafka.versions)}`)
  for (let version = both.from; version <= both.to; version++) {
    const flexible = includes(ours.flexible, version)
    const one = { from: version, to: version }
    if (flexible !== includes(kafka.flexible, version)) note('', flexible ? 'flexible, in Kafka not' : 'not flexible, in Kafka it is', one)
    compareLayout('', ours.fields, kafka.fields, version, (path, what) => note(path, what, one))
  }
  compareMeaning('', ours.fields, kafka.fields, both, note)
  return merged(found)
}

type Note = (path: string, what: string) => void

/** Which fields there are in a version, in which order, and of which type. */
function compareLayout(path: string, ours: readonly MessageField[], kafka: readonly MessageField[], version: number, note: Note): void {
  const here = ours.filter(({ versions }) => includes(versions, version))
  const there = new Map(kafka.filter(({ versions }) => includes(versions, version)).map((field) => [field.name, field]))
  for (const field of here) {
    const where = join(path, field.name)
    const other = there.get(field.name)
    if (other === undefined) {
      note(where, 'not in Kafka')
      continue
    }
    for (const [ourWord, kafkaWord] of [
      [field.type, other.type],
      [nullability(field, version), nullability(other, version)],
      [place(field, version), place(other, version)],
    ]) {
      if (ourWord !== kafkaWord) note(where, `${ourWord}, in Kafka ${kafkaWord}`)
    }
    const inner = field.type.startsWith('[]') ? `${where}[]` : where
    compareLayout(inner, field.fields, other.fields, version, note)
  }
  const names = new Set(here.map(({ name }) => name))
  for (const name of there.keys()) if (!names.has(name)) note(join(path, name), 'missing here')

  const ourOrder = order(here, version)
  const kafkaOrder = order([...there.values()], version)
  if (ourOrder !== kafkaOrder && ourOrder.split(' ').toSorted().join(' ') === kafkaOrder.split(' ').toSorted().join(' ')) {
    note(path, `the order is ${ourOrder}, in Kafka ${kafkaOrder}`)
  }
}

/** Defaults and what may be dropped; the same in all versions. */
function compareMeaning(path: string, ours: readonly MessageField[], kafka: readonly MessageField[], versions: Versions, note: Note): void {
  const there = new Map(kafka.map((field) => [field.name, field]))
  for (const field of ours) {
    const where = join(path, field.name)
    const other = there.get(field.name)
    if (other === undefined) continue
    if (field.default !== other.default) note(where, `default ${field.default}, in Kafka ${other.default}`)
    if (field.ignorable !== other.ignorable && !isAlwaysThere(other, versions)) {
      note(where, field.ignorable ? 'ignorable, in Kafka not' : 'not ignorable, in Kafka it is')
    }
    compareMeaning(field.type.startsWith('[]') ? `${where}[]` : where, field.fields, other.fields, versions, note)
  }
}

/** Then nothing can be dropped, whether it may or not. */
function isAlwaysThere({ versions }: MessageField, { from, to }: Versions): boolean {
  return versions.from <= from && versions.to >= to
}

function nullability({ nullable }: MessageField, version: number): string {
  return includes(nullable, version) ? 'nullable' : 'never null'
}

function place({ tag, tagged }: MessageField, version: number): string {
  return tag !== undefined && includes(tagged, version) ? `tag ${tag}` : 'untagged'
}

function order(fields: readonly MessageField[], version: number): string {
  return fields
    .filter((field) => place(field, version) === 'untagged')
    .map(({ name }) => name)
    .join(' ')
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** One line for the same difference in versions that follow each other. */
function merged(differences: readonly Difference[]): readonly Difference[] {
  const result: Difference[] = []
  for (const difference of differences) {
    const at = result.findIndex(
      ({ path, what, versions }) => path === difference.path && what === difference.what && versions.to + 1 === difference.versions.from,
    )
    const before = result[at]
    if (before === undefined) result.push(difference)
    else result[at] = { ...before, versions: { from: before.versions.from, to: difference.versions.to } }
  }
  return result
}
