import { Buffer } from 'node:buffer'
import { setTimeout as sleep } from 'node:timers/promises'
import { errorName } from '@odradek/protocol'
import { exists } from '@odradek/protocol/schema'
import type { Api, Fields, FieldType, ReadOf, WriteOf } from '@odradek/protocol/schema'
import { WireClient } from '../../packages/testing/wire-client.ts'
import { noId, unique } from '../traps/kit.ts'

/** A question and its answer, as they are compared and kept. */
export interface Answer {
  readonly question: string
  readonly answer: unknown
}

/** Asks one broker, and notes what it says in words that would be the same for another: ids and names by what they stand for. */
export class Asked implements AsyncDisposable {
  readonly answers: Answer[] = []
  readonly #address: { readonly host: string; readonly port: number }
  readonly #names = new Map<string, string>()
  #client: WireClient

  private constructor(client: WireClient, address: { readonly host: string; readonly port: number }) {
    this.#client = client
    this.#address = address
  }

  static async at(address: { readonly host: string; readonly port: number }): Promise<Asked> {
    return new Asked(await WireClient.connect(address, { clientId: 'asking' }), address)
  }

  get client(): WireClient {
    return this.#client
  }

  connect(): Promise<WireClient> {
    return WireClient.connect(this.#address, { clientId: 'asking' })
  }

  /** A name that nobody has had yet, and its stand-in. */
  name(what: string): string {
    const name = unique(what)
    this.stands(name, what.toUpperCase())
    return name
  }

  stands(value: string | number, what: string): void {
    this.#names.set(String(value), what)
  }

  async ask<Q extends Fields, S extends Fields>(api: Api<Q, S>, request: WriteOf<Q>, version: number): Promise<ReadOf<S>> {
    const fitted = fitting(api.request, request, version)
    const response = await this.#client.call(api, fitted, version)
    this.note(this.#question(api, fitted, version), response)
    return response
  }

  /** Asks until the answer is fit to be noted. */
  async until<Q extends Fields, S extends Fields>(
    api: Api<Q, S>,
    request: WriteOf<Q>,
    version: number,
    isFit: (response: ReadOf<S>) => boolean,
  ): Promise<void> {
    const fitted = fitting(api.request, request, version)
    for (let attempt = 0; attempt < 100; attempt++) {
      const response = await this.#client.call(api, fitted, version)
      if (!isFit(response) && attempt < 99) {
        await sleep(100)
        continue
      }
      this.note(this.#question(api, fitted, version), response)
      return
    }
  }

  /** Notes of a list only the element that is about `groupId`: others may be there too. */
  async askFor<Q extends Fields, S extends Fields>(api: Api<Q, S>, request: WriteOf<Q>, version: number, groupId: string): Promise<void> {
    const fitted = fitting(api.request, request, version)
    const response: unknown = await this.#client.call(api, fitted, version)
    const filtered = JSON.parse(JSON.stringify(response), (key, value: unknown) =>
      key === 'groups' && Array.isArray(value) ? value.filter((each: unknown) => isOf(each, groupId)) : value,
    )
    this.note(this.#question(api, fitted, version), filtered)
  }

  note(question: string, answer: unknown): void {
    this.answers.push({ question, answer: this.#plain(answer) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]()
  }

  #question(api: Pick<Api, 'name'>, request: unknown, version: number): string {
    return `${api.name} v${version} ${JSON.stringify(this.#plain(request))}`
  }

  /** Bytes as text, errors by name, member ids by who has them, and nothing of where and when. */
  #plain(value: unknown, key = ''): unknown {
    if (typeof value === 'bigint') return `${value}n`
    if (value instanceof Uint8Array)
      return Buffer.from(value)
        .toString('latin1')
        .replaceAll(/[^\x20-\x7e]/g, '.')
    if (typeof value === 'string') return key === 'topicId' && value !== noId ? (this.#names.get(value) ?? 'TOPIC-ID') : this.#named(value)
    if (typeof value === 'number') {
      if (key === 'errorCode') return errorName(value)
      if (key === 'port' && value > 0) return 'PORT'
      return key === 'producerId' && value >= 0 ? 'PRODUCER-ID' : value
    }
    if (Array.isArray(value))
      return inOrder(
        value.map((each) => this.#plain(each)),
        key,
      )
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !notCompared.has(name))
        .map(([name, each]: [string, unknown]) => [name, this.#plain(each, name)]),
    )
  }

  #named(text: string): string {
    const known = this.#names.get(text)
    if (known !== undefined) return known
    const memberId = /^(asking|i)-[0-9a-f-]{36}$/.exec(text)
    if (memberId === null) return text
    const name = `MEMBER-${[...this.#names.values()].filter((each) => each.startsWith('MEMBER-')).length}`
    this.#names.set(text, name)
    return name
  }
}

/** Sentences are everybody's own. */
const notCompared: ReadonlySet<string> = new Set(['throttleTimeMs', 'unknownTags', 'errorMessage'])

/** Topics, partitions and groups come in no order that means anything; members in that of the group. */
function inOrder(elements: readonly unknown[], key: string): readonly unknown[] {
  if (key === 'members') return elements
  return elements.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : orderOf(a) > orderOf(b) ? 1 : 0))
}

function orderOf(element: unknown): string {
  return JSON.stringify(element)
}

function isOf(element: unknown, groupId: string): boolean {
  return typeof element === 'object' && element !== null && 'groupId' in element && element.groupId === groupId
}

/** What of a request the version has a place for. */
function fitting<F extends Fields>(fields: F, request: WriteOf<F>, version: number): WriteOf<F>
function fitting(fields: Fields, request: Readonly<Record<string, unknown>>, version: number): unknown {
  const known = Object.entries(fields).filter(([name, field]) => exists(field, version) && request[name] !== undefined)
  return Object.fromEntries(known.map(([name, { type }]) => [name, fittingValue(type, request[name], version)]))
}

function fittingValue(type: FieldType, value: unknown, version: number): unknown {
  if (type.kind === 'array' && Array.isArray(value)) return value.map((each: unknown) => fittingValue(type.of.type, each, version))
  if (type.kind === 'struct' && isRecord(value)) return fitting(type.fields, value, version)
  return value
}

function isRecord(value: unknown): value is Readonly<Record<string, never>> {
  return typeof value === 'object' && value !== null
}
