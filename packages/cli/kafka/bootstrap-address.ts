/** What is wrong with `--bootstrap-server` at first sight, in the words of Kafka's `ToolsUtils`; undefined when nothing is. */
export function addressProblem(bootstrapServer: string | undefined): string | undefined {
  if (bootstrapServer === undefined || bootstrapServer.trim() === '') return 'Error while validating the bootstrap address\n'
  const pieces = bootstrapServer.split(',')
  while (pieces.at(-1) === '') pieces.pop()
  const hasPort = (address: string): boolean => /^(?:[\w\-%.]*:\/\/)?\[?[\w\-%.:]*\]?:\d+$/.test(address)
  return pieces.length > 0 && pieces.every(hasPort) ? undefined : 'Please provide valid host:port like host1:9091,host2:9092\n'
}
