import { formatYaml } from '../../yaml/yaml.ts'
import type { Terminal } from '../../terminal.ts'
import { csvLine } from './csv.ts'
import { tableOf } from './table.ts'

export const outputFormats = ['table', 'wide', 'json', 'jsonl', 'yaml', 'csv', 'name'] as const
export type OutputFormat = (typeof outputFormats)[number]

export const isOutputFormat = (text: string): text is OutputFormat => outputFormats.some((format) => format === text)

/** What a column shows of a row. */
export interface Column<Row> {
  /** In capitals, as it stands in the table. */
  readonly name: string
  readonly of: (row: Row) => string | number | undefined
  /** Only with `-o wide` (and in CSV). */
  readonly isWide?: boolean
}

export interface Listing<Row> {
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  /** The row as scripts get it, in JSON and YAML; its fields are a promise. */
  readonly data: (row: Row) => unknown
  /** What `-o name` prints. */
  readonly nameOf: (row: Row) => string
  /** Said in a table without rows, to a person: what there is not. */
  readonly whenEmpty?: string
}

/** Writes what a command has found, in the form that was asked for. */
export class Output {
  readonly format: OutputFormat
  readonly #terminal: Terminal

  constructor(terminal: Terminal, format: OutputFormat) {
    this.#terminal = terminal
    this.format = format
  }

  get isForPeople(): boolean {
    return this.format === 'table' || this.format === 'wide'
  }

  async list<Row>({ columns, rows, data, nameOf, whenEmpty }: Listing<Row>): Promise<void> {
    switch (this.format) {
      case 'json':
        return await this.#write(`${JSON.stringify(rows.map(data), null, 2)}\n`)
      case 'jsonl':
        return await this.#write(rows.map((row) => `${JSON.stringify(data(row))}\n`).join(''))
      case 'yaml':
        return await this.#write(formatYaml(rows.map(data)))
      case 'name':
        return await this.#write(rows.map((row) => `${nameOf(row)}\n`).join(''))
      case 'csv': {
        const lines = [columns.map(({ name }) => name.toLowerCase()), ...rows.map((row) => columns.map((column) => column.of(row)))]
        return await this.#write(lines.map(csvLine).join(''))
      }
      default: {
        if (rows.length === 0 && whenEmpty !== undefined) return this.#terminal.err(whenEmpty === '' ? '' : `${whenEmpty}\n`)
        const shown = columns.filter(({ isWide }) => this.format === 'wide' || isWide !== true)
        const cells = rows.map((row) => shown.map((column) => column.of(row)))
        return await this.#write(
          tableOf(
            shown.map(({ name }) => name),
            cells,
            this.#terminal,
          ),
        )
      }
    }
  }

  /** One thing: `text` for people, `data` for scripts. */
  async item({ data, text }: { readonly data: unknown; readonly text: string }): Promise<void> {
    if (this.format === 'json') await this.#write(`${JSON.stringify(data, null, 2)}\n`)
    else if (this.format === 'jsonl') await this.#write(`${JSON.stringify(data)}\n`)
    else if (this.format === 'yaml') await this.#write(formatYaml(data))
    else await this.#write(text)
  }

  /** A sentence for people about what was done; scripts have the exit code. */
  async done(sentence: string): Promise<void> {
    if (this.isForPeople) await this.#write(`${sentence}\n`)
  }

  async #write(text: string): Promise<void> {
    await this.#terminal.out(text)
  }
}
