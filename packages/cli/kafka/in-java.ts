import { KafkaError } from '@odradek/client'
import { JavaError } from './java-error.ts'

/** An error in Java's words. Loaded when something went wrong, and not before. */
export async function inJava(error: unknown): Promise<{ readonly message: string; readonly trace: string }> {
  const [{ javaMessage }, { javaTrace }] = await Promise.all([import('./java-names.ts'), import('./java-trace.ts')])
  return { message: javaMessage(error), trace: javaTrace(error) }
}

/** What the cluster answered comes out of a `Future` in Java, and is wrapped there; other errors are as they are. */
export async function outOfFuture(error: unknown): Promise<unknown> {
  if (!(error instanceof KafkaError)) return error
  const { javaClass, javaMessage, javaText } = await import('./java-names.ts')
  const cause = new JavaError(javaClass(error), javaMessage(error))
  return new JavaError('java.util.concurrent.ExecutionException', javaText(error), { cause })
}
