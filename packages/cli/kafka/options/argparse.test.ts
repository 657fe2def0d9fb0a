import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RecordedTerminal } from '../../recorded-terminal.ts'
import { ArgumentParser, formatWidth, showRefusal } from './argparse.ts'

const shop = new ArgumentParser('shop', {
  description: 'Sells what is there.',
  arguments: {
    goods: { help: 'What to sell.', required: true },
    many: { help: 'How many of them.', type: 'int', default: 1 },
    price: { help: 'For how much.', type: 'double' },
    paid: { help: 'How it was paid.', type: 'int', choices: [0, 1, -1], default: 1 },
    wish: { help: 'What the customer wants.', kind: 'append' },
    word: { help: 'What is said.', kind: 'list', metavar: 'WORD=ANSWER' },
    gift: { short: 'g', help: 'With a ribbon.', kind: 'flag' },
    quiet: { short: 'q', help: 'Say nothing.', kind: 'flag' },
    cash: { short: 'c', help: 'Money.', group: 'payment' },
    card: { help: 'Plastic.', group: 'payment', kind: 'flag' },
  },
  groups: { payment: { title: 'Payment', description: 'One of them.', required: true } },
})

const store = new ArgumentParser('store', {
  description: 'Keeps things.',
  arguments: { place: { help: 'Where it is.', required: true } },
  commands: {
    put: {
      help: 'Put it there.',
      arguments: { thing: { short: 't', help: 'What.', required: true }, soft: { help: 'Gently.', kind: 'flag' } },
    },
    pull: { help: 'Take it away.', arguments: { id: { help: 'Which.', type: 'long', required: true } } },
    list: { help: 'Say what is there.' },
  },
})

/** What a person sees who types this; undefined when it can be read. */
function seen(parser: { parse(args: readonly string[]): unknown }, line: string): string | undefined {
  const terminal = new RecordedTerminal()
  try {
    parser.parse(line.split(' ').filter((word) => word !== ''))
    return undefined
  } catch (error) {
    showRefusal(error, terminal)
    assert.ok(terminal.stdout === '' || terminal.stderr === '', 'help goes to one place, errors to the other')
    return terminal.stdout + terminal.stderr
  }
}

/** Only what is wrong. */
const wrong = (line: string, parser: { parse(args: readonly string[]): unknown } = shop): string =>
  (seen(parser, line) ?? '').replace(/^usage: (?:.*\n)(?: +.*\n)*/, '').trimEnd()

test('options are read in all the ways in which they may be written', () => {
  const parsed = shop.parse([
    '--goods=ball',
    '--many',
    '-3',
    '-gq',
    '-c5',
    '--price',
    '1.5',
    '--wish',
    'a',
    '--wish=b',
    '--word',
    'x=1',
    'y=2',
    '--paid',
    '-1',
  ])
  assert.deepEqual(parsed, {
    goods: 'ball',
    many: -3,
    price: 1.5,
    paid: -1,
    wish: ['a', 'b'],
    word: ['x=1', 'y=2'],
    gift: true,
    quiet: true,
    cash: '5',
    card: false,
  })
})

test('what is left out has its default, or is undefined', () => {
  assert.deepEqual(shop.parse(['--goods', 'ball', '--card']), {
    goods: 'ball',
    many: 1,
    price: undefined,
    paid: 1,
    wish: undefined,
    word: undefined,
    gift: false,
    quiet: false,
    cash: undefined,
    card: true,
  })
})

test('the beginning of a name will do, if no other name begins so; the last of several arguments counts', () => {
  assert.equal(shop.parse(['--go', 'ball', '--card', '--pr', '1', '--pr', '2']).price, 2)
  assert.equal(wrong('--goods ball --pa 1 --ca 3'), 'shop: error: ambiguous option: --ca could match --card, --cash')
  assert.deepEqual(shop.parse(['--goods', 'b', '--card', '--word', 'a=1', '--word', 'b=2']).word, ['b=2'])
})

test('what a command line lacks is told after everything else, and the last of it first', () => {
  assert.equal(wrong('--many 2'), 'shop: error: argument --goods is required')
  assert.equal(wrong('--goods ball'), 'shop: error: one of the arguments --cash/-c --card is required')
  assert.equal(wrong('--many x'), 'shop: error: argument --many: could not  convert  \'x\' to Integer (For input\nstring: "x")')
})

test('arguments that do not go are refused in the words of Java', () => {
  const flat = (line: string): string => wrong(line).replaceAll(/\s+/g, ' ')
  assert.equal(
    flat('--many 2147483648'),
    'shop: error: argument --many: could not convert \'2147483648\' to Integer (For input string: "2147483648")',
  )
  assert.equal(flat('--price dear'), 'shop: error: argument --price: could not convert \'dear\' to Double (For input string: "dear")')
  assert.equal(flat('--paid 7'), "shop: error: argument --paid: invalid choice: '7' (choose from {0,1,-1})")
  assert.equal(flat('--gift=yes'), "shop: error: argument --gift/-g: ignore implicit argument 'yes'")
  assert.equal(flat('--goods --gift'), 'shop: error: argument --goods: expected one argument')
  assert.equal(flat('--word --gift'), 'shop: error: argument --word: expected 1 argument(s)')
  assert.equal(flat('--cash 1 --card'), 'shop: error: argument --card: not allowed with argument --cash/-c')
  assert.equal(flat('--goods ball up and down --card'), "shop: error: unrecognized arguments: 'up and down --card'")
})

test('a word that is not there brings up those that are near', () => {
  assert.equal(wrong('--good-s ball'), "shop: error: unrecognized arguments: '--good-s'\n\nDid you mean:\n\t--goods")
  assert.equal(wrong('--unlikely-thing'), "shop: error: unrecognized arguments: '--unlikely-thing'")
  assert.equal(wrong('-x'), "shop: error: unrecognized arguments: '-x'")
  assert.equal(
    wrong('--place here lst', store),
    "store: error: invalid choice: 'lst' (choose from 'put', 'pull', 'list')\n\nDid you mean:\n\tlist",
  )
})

test('a long error is spread over full lines', () => {
  assert.equal(
    wrong('--many a-word-that-is-no-number'),
    `shop: error: argument --many:  could not convert 'a-word-that-is-no-number'\nto Integer (For input string: "a-word-that-is-no-number")`,
  )
})

test('a command has options of its own behind it', () => {
  assert.deepEqual(store.parse(['--place', 'here', 'put', '-t', 'ball', '--soft']), {
    command: 'put',
    main: { place: 'here' },
    values: { thing: 'ball', soft: true },
  })
  const parsed = store.parse(['--place', 'here', 'pul', '--id', '7'])
  assert.equal(parsed.command === 'pull' ? parsed.values.id : undefined, 7)
  assert.deepEqual(store.parse(['--place', 'here', 'list']), { command: 'list', main: { place: 'here' }, values: {} })
})

test('what is wrong with a command says how the command is used', () => {
  assert.equal(seen(store, '--place here'), 'usage: store [-h] --place PLACE {put,pull,list} ...\nstore: error: too few arguments\n')
  assert.equal(
    seen(store, '--place here put'),
    'usage: store --place PLACE put [-h] --thing THING [--soft]\nstore: error: argument --thing/-t is required\n',
  )
  assert.equal(wrong('put -t ball', store), 'store: error: argument --place is required')
  assert.equal(wrong('--place here pu', store), 'store: error: ambiguous command: pu could match pull, put')
})

test('behind two dashes nothing is an option, and there are no commands', () => {
  assert.equal(wrong('--goods ball --card -- --gift', shop), "shop: error: unrecognized arguments: '--gift'")
  assert.equal(wrong('--place here -- list', store), "store: error: unrecognized arguments: 'list'")
})

test('help shows the options by group, with their defaults, and wins over what is missing', () => {
  assert.equal(
    seen(shop, '--many 2 -h'),
    `usage: shop [-h] --goods GOODS [--many MANY] [--price PRICE]
            [--paid {0,1,-1}] [--wish WISH]
            [--word WORD=ANSWER [WORD=ANSWER ...]] [--gift] [--quiet]
            (--cash CASH | --card)

Sells what is there.

optional arguments:
  -h, --help             Say how this is used, and do nothing else.
  --goods GOODS          What to sell.
  --many MANY            How many of them. (default: 1)
  --price PRICE          For how much.
  --paid {0,1,-1}        How it was paid. (default: 1)
  --wish WISH            What the customer wants.
  --word WORD=ANSWER [WORD=ANSWER ...]
                         What is said.
  --gift, -g             With a ribbon. (default: false)
  --quiet, -q            Say nothing. (default: false)

Payment:
  One of them.

  --cash CASH, -c CASH   Money.
  --card                 Plastic. (default: false)
`,
  )
})

test('help of a program with commands lists them; help of a command shows no defaults', () => {
  assert.match(seen(store, '-h') ?? '', /positional arguments:\n {2}\{put,pull,list\}\n {4}put {18}Put it there\.\n/)
  assert.match(seen(store, '--place x put -h') ?? '', /^ {2}--soft {17}Gently\.$/m)
})

test('a name that is too long for a line of usage has one of its own', () => {
  const long = new ArgumentParser('kafka-a-name-that-is-far-too-long', { description: '', arguments: { a: { help: 'A.' } } })
  assert.match(seen(long, '-h') ?? '', /^usage: kafka-a-name-that-is-far-too-long\n {7}\[-h\] \[--a A\]\n/)
})

test('lines are as long as the terminal, less five; as 80 columns would have it where there is none', () => {
  assert.equal(formatWidth({ env: {}, columns: undefined }), 75)
  assert.equal(formatWidth({ env: {}, columns: 120 }), 115)
  assert.equal(formatWidth({ env: { COLUMNS: '60' }, columns: 120 }), 55)
  assert.equal(formatWidth({ env: { COLUMNS: 'wide' }, columns: 120 }), 75)
})
