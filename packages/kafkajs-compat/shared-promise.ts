/** A function whose calls, while one is under way, all get the promise of that one. */
export function sharedPromise<R>(action: () => Promise<R>): () => Promise<R> {
  let underWay: Promise<R> | undefined
  return () =>
    (underWay ??= action().finally(() => {
      underWay = undefined
    }))
}
