import { SeededRandom } from '@odradek/common/random'

/** A record of the shop. Values are JSON; null is a tombstone. */
export interface ShopRecord {
  readonly topic: string
  readonly key: string
  readonly value: Readonly<Record<string, unknown>> | null
}

/** The topics of the shop. Customers are kept by key, the others for a day. */
export const shopTopics = [
  { name: 'shop.customers', partitions: 1, config: { 'cleanup.policy': 'compact' } },
  { name: 'shop.orders', partitions: 3, config: { 'retention.ms': '86400000' } },
  { name: 'shop.payments', partitions: 3, config: { 'retention.ms': '86400000' } },
  { name: 'shop.clicks', partitions: 6, config: { 'retention.ms': '86400000' } },
] as const

const goods = [
  ['spool', 2.5],
  ['thread, red', 1.2],
  ['thread, black', 1.2],
  ['needle', 0.4],
  ['scissors', 14],
  ['star-shaped bobbin', 7.9],
] as const
const names = ['Anna', 'Bo', 'Chris', 'Dana', 'Eun', 'Franz', 'Gerda', 'Hana', 'Iris', 'Jun'] as const
const pages = ['/', '/threads', '/spools', '/cart', '/about'] as const

/**
 * What happens in a shop, one click after the other, the same for the same seed: every click may make a new customer, an order with its payment, or
 * somebody leave (a tombstone).
 */
export class Shop {
  readonly #random: SeededRandom
  readonly #customers: string[] = []
  #nextCustomer = 1
  #nextOrder = 1

  constructor(seed: number | string = 'odradek') {
    this.#random = new SeededRandom(seed).fork('shop')
  }

  /** One click and what follows from it, in order. */
  next(): readonly ShopRecord[] {
    const records: ShopRecord[] = []
    if (this.#customers.length < 5 || this.#one(40)) records.push(this.#join())
    const customer = this.#pick(this.#customers)
    records.push({ topic: 'shop.clicks', key: customer, value: { customer, page: this.#pick(pages), ms: 5 + this.#random.nextInt(400) } })
    if (this.#one(10)) records.push(...this.#order(customer))
    if (this.#customers.length > 20 && this.#one(200)) records.push(this.#leave(customer))
    return records
  }

  #join(): ShopRecord {
    const id = `c${this.#nextCustomer++}`
    this.#customers.push(id)
    return {
      topic: 'shop.customers',
      key: id,
      value: { id, name: this.#pick(names), city: this.#pick(['Prague', 'Seoul', 'Kyiv', 'Lagos', 'Lima']) },
    }
  }

  #leave(customer: string): ShopRecord {
    this.#customers.splice(this.#customers.indexOf(customer), 1)
    return { topic: 'shop.customers', key: customer, value: null }
  }

  #order(customer: string): readonly ShopRecord[] {
    const id = `o${this.#nextOrder++}`
    const lines = Array.from({ length: 1 + this.#random.nextInt(3) }, () => {
      const [article, price] = this.#pick(goods)
      return { article, price, count: 1 + this.#random.nextInt(4) }
    })
    const total = Math.round(lines.reduce((sum, { price, count }) => sum + price * count, 0) * 100) / 100
    const isPaid = !this.#one(15)
    return [
      { topic: 'shop.orders', key: customer, value: { id, customer, lines, total } },
      { topic: 'shop.payments', key: customer, value: { order: id, total, state: isPaid ? 'paid' : 'refused' } },
    ]
  }

  #one(of: number): boolean {
    return this.#random.nextInt(of) === 0
  }

  #pick<T>(from: readonly T[]): T {
    const found = from[this.#random.nextInt(from.length)]
    if (found === undefined) throw new RangeError('nothing to pick from')
    return found
  }
}
