// Makes `kafkajs` be the module at KAFKAJS, as if the program's one import had been changed.
import { registerHooks } from 'node:module'

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'kafkajs' ? { url: process.env.KAFKAJS, shortCircuit: true } : next(specifier, context),
})
