import { KafkaError } from '@odradek/client'
import { outOfFuture } from '../in-java.ts'
import { JavaError } from '../java-error.ts'

/** Waits as Java's tool waits for some futures: what fails there is an ExecutionException within a RuntimeException. */
export async function wrapped<T>(asked: PromiseLike<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    const cause = await outOfFuture(error)
    const { javaText } = await import('../java-names.ts')
    throw new JavaError('java.lang.RuntimeException', javaText(cause), { cause })
  }
}

/** The same for the others: an ExecutionException. */
export async function inFuture<T>(asked: PromiseLike<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    throw await outOfFuture(error)
  }
}
