/** An error in Java's words. Loaded when something went wrong, and not before. */
export async function inJava(error: unknown): Promise<{ readonly message: string; readonly trace: string }> {
  const [{ javaMessage }, { javaTrace }] = await Promise.all([import('./java-names.ts'), import('./java-trace.ts')])
  return { message: javaMessage(error), trace: javaTrace(error) }
}
