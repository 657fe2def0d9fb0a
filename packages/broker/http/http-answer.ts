/** What a route answers. */
export interface HttpAnswer {
  readonly status: number
  /** Content type. */
  readonly type: string
  /** Pieces are sent one after the other as the client reads them. */
  readonly body: string | Iterable<string>
}

/** What a route is told of a request. All routes only read. */
export interface HttpRequest {
  readonly path: string
  readonly query: URLSearchParams
  readonly accept: string | undefined
}

export type HttpRoute = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>

/** By path. */
export type HttpRoutes = ReadonlyMap<string, HttpRoute>

export function json(status: number, value: unknown): HttpAnswer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value, null, 2)}\n` }
}

export function text(status: number, sentence: string): HttpAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` }
}
