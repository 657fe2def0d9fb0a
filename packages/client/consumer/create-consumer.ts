import type { Topic } from '../topic.ts'
import type { Consumer } from './consumer.ts'
import type { EngineOptions } from './engine.ts'
import { KafkaConsumer } from './kafka-consumer.ts'

/** A consumer of a cluster. Opens nothing; the first call for records, positions or offsets does. */
export function createConsumer<T extends Topic>(options: EngineOptions): Consumer<T>
export function createConsumer(options: EngineOptions): Consumer<Topic> {
  return new KafkaConsumer(options)
}
