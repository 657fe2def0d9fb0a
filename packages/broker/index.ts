export { handler } from './handler.ts'
export type { Handler, HandlerOptions, RequestContext } from './handler.ts'
export type * from './services.ts'
