import { KafkaJSNonRetriableError } from './errors.ts'
import type { InstrumentationEvent, RemoveInstrumentationEventListener } from './types/events.ts'
import type { Logger } from './types/logging.ts'

let events = 0

type Payloads<EventMap> = { [Name in keyof EventMap]: EventMap[Name] extends InstrumentationEvent<infer Payload> ? Payload : never }
// oxlint-disable-next-line typescript/no-explicit-any -- whoever listens knows by the name of the event what comes
type AnyListener = (event: InstrumentationEvent<any>) => unknown

/** Tells listeners what happens in a client. Those that fail are logged, and harm nobody. */
export class Instrumentation<EventMap> {
  readonly #names: ReadonlyMap<keyof EventMap, string>
  readonly #logger: Logger
  readonly #client: string
  readonly #listeners = new Map<keyof EventMap, Set<AnyListener>>()
  readonly #changed: () => void

  /** `names`: events by their short names; `changed` hears when listeners come and go. */
  constructor(client: string, names: Readonly<Record<string, keyof EventMap>>, logger: Logger, changed: () => void = () => undefined) {
    this.#client = client
    this.#names = new Map(Object.entries(names).map(([short, name]) => [name, short]))
    this.#logger = logger
    this.#changed = changed
  }

  on<Name extends keyof EventMap>(name: Name, listener: (event: EventMap[Name]) => unknown): RemoveInstrumentationEventListener<Name> {
    if (!this.#names.has(name)) {
      const known = [...this.#names.values()].map((short) => `${this.#client}.events.${short}`)
      throw new KafkaJSNonRetriableError(`Event name should be one of ${known.join(', ')}`)
    }
    const listeners = this.#listeners.get(name) ?? new Set()
    // The same function may be given twice, and each time is heard.
    const own: AnyListener = (event) => Reflect.apply(listener, undefined, [event])
    this.#listeners.set(name, listeners.add(own))
    this.#changed()
    return () => {
      listeners.delete(own)
      this.#changed()
    }
  }

  hasListeners(...names: readonly (keyof EventMap)[]): boolean {
    return names.some((name) => (this.#listeners.get(name)?.size ?? 0) > 0)
  }

  emit<Name extends keyof EventMap & string>(name: Name, payload: Payloads<EventMap>[Name]): void {
    const listeners = this.#listeners.get(name)
    if (listeners === undefined || listeners.size === 0) return
    const event = { id: String(events++), type: name, timestamp: Date.now(), payload }
    for (const listener of listeners) void this.#tell(listener, event)
  }

  async #tell(listener: AnyListener, event: InstrumentationEvent<unknown>): Promise<void> {
    try {
      await listener(event)
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
      this.#logger.error(`Failed to execute listener: ${message}`, { eventName: event.type, stack })
    }
  }
}
