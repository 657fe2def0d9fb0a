import * as kafkajs from './exports.ts'

export * from './exports.ts'
/** For `import kafkajs from …`, as programs have it to whom kafkajs is a CommonJS module. */
export default kafkajs
