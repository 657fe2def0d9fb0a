import type { Api, Fields, ReadOf, WriteOf } from '@odradek/protocol/schema'
import type { ModelBroker } from './model-broker.ts'

/** One request as its handler sees it. */
export interface Call<S extends Fields> {
  readonly broker: ModelBroker
  readonly version: number
  readonly clientId: string
  /** Answers, once. Undefined closes the connection without an answer. */
  answer(response: WriteOf<S> | undefined): void
  /** `acks=0`: there is no answer, and the next request may come. */
  noAnswer(): void
}

/** What a model broker does for one API. */
export interface ModelHandler<Q extends Fields = Fields, S extends Fields = Fields> {
  readonly api: Api<Q, S>
  serve(this: void, request: ReadOf<Q>, call: Call<S>): void
}

export function served<Q extends Fields, S extends Fields>(
  api: Api<Q, S>,
  serve: (request: ReadOf<Q>, call: Call<S>) => void,
): ModelHandler {
  // Handlers of all APIs lie in one table; each gets only what its own API has decoded.
  return { api, serve } as unknown as ModelHandler
}
