export { useBroker } from './use-broker.ts'
