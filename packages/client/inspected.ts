import type { InspectOptions } from 'node:util'

/** Under this name `console.log` asks an object how it wants to be shown. */
export const inspected = Symbol.for('nodejs.util.inspect.custom')

/** `util.inspect`, which is handed in then. */
export type Inspect = (value: unknown, options: InspectOptions) => string
