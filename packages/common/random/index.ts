export type { Random } from './random.ts'
export { SeededRandom } from './seeded-random.ts'
export { systemRandom } from './system-random.ts'
