/** `--property a=b --property c`, as pairs. What is behind the first equals sign is the value, without one it is empty. */
export function keyValues(args: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    args.map((arg) => {
      const equals = arg.indexOf('=')
      return equals === -1 ? [arg, ''] : [arg.slice(0, equals), arg.slice(equals + 1)]
    }),
  )
}
