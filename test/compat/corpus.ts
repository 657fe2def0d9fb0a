import { createHash } from 'node:crypto'

/** One record as a client is asked to send it. */
export interface CorpusRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [string, Buffer | null])[]
}

const field = (bytes: Buffer | null): string => (bytes === null ? '-' : `x${bytes.toString('hex')}`)
export const lineOf = ({ key, value, headers }: CorpusRecord): string =>
  [field(key), field(value), ...headers.flatMap(([name, content]) => [field(Buffer.from(name)), field(content)])].join(' ')

/** Bytes that look random, the same in each run. */
function noise(seed: string, length: number): Buffer {
  const blocks: Buffer[] = []
  for (let made = 0, i = 0; made < length; i++) {
    const block = createHash('sha512').update(`${seed}/${i}`).digest()
    blocks.push(block)
    made += block.length
  }
  return Buffer.concat(blocks).subarray(0, length)
}

/**
 * The records that every client sends: keys and values of text, of any bytes, empty and null, headers (none, several, one name twice,
 * empty and null content, UTF-8 names), and two of 900 KB, one that compresses and one that does not.
 */
export function corpus(lacks: readonly string[] = []): readonly CorpusRecord[] {
  const plain = Array.from({ length: 100 }, (_, i): CorpusRecord => ({
    key: Buffer.from(`key-${i}`),
    value: Buffer.from(`value ${i} ${'.'.repeat(i)}`),
    headers: [],
  }))
  const large: CorpusRecord[] = [
    { key: Buffer.from('large-text'), value: Buffer.alloc(900_000, 'odradek '), headers: [] },
    { key: Buffer.from('large-noise'), value: Buffer.from(noise('large', 450_000).toString('hex')), headers: [] },
  ]
  const nulls: CorpusRecord[] = [
    { key: null, value: Buffer.from('no key'), headers: [] },
    { key: Buffer.from('tombstone'), value: null, headers: [] },
    { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] },
    { key: noise('key', 33), value: noise('value', 3000), headers: [] },
  ]
  const headers: CorpusRecord[] = [
    { key: Buffer.from('h1'), value: Buffer.from('one header'), headers: [['trace', Buffer.from('abc')]] },
    {
      key: Buffer.from('h2'),
      value: Buffer.from('several'),
      headers: [
        ['a', Buffer.from('1')],
        ['ключ', noise('header', 20)],
        ['empty', Buffer.alloc(0)],
      ],
    },
  ]
  const nullHeaders: CorpusRecord[] = [{ key: Buffer.from('h3'), value: Buffer.from('null header'), headers: [['nothing', null]] }]
  return [
    ...plain,
    ...large,
    ...(lacks.includes('nulls') ? [] : nulls),
    ...(lacks.includes('headers') ? [] : headers),
    ...(lacks.includes('headers') || lacks.includes('null header values') ? [] : nullHeaders),
  ]
}
