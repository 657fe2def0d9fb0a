/** A topic that an image is asked to make when it starts. */
export interface TopicToCreate {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly config: Readonly<Record<string, string>>
}

/**
 * Reads `KAFKA_CREATE_TOPICS` of the wurstmeister image: `orders:3:1,users:1:1:compact`, a cleanup policy at the end where wanted.
 * What cannot be read becomes a remark, as the image too starts its broker all the same.
 */
export function topicsToCreate(
  text: string,
  separator = ',',
): { readonly topics: readonly TopicToCreate[]; readonly remarks: readonly string[] } {
  const topics: TopicToCreate[] = []
  const remarks: string[] = []
  for (const entry of text.split(separator === '' ? ',' : unquoted(separator)).map((one) => one.trim())) {
    if (entry === '') continue
    const [name = '', partitions = '', replicas = '', policy] = entry.split(':').map((part) => part.trim())
    if (name === '' || !isCount(partitions) || !isCount(replicas))
      remarks.push(
        `KAFKA_CREATE_TOPICS has "${entry}", which is no topic. Write name:partitions:replicas or name:partitions:replicas:policy`,
      )
    else
      topics.push({
        name,
        partitions: Number(partitions),
        replicationFactor: Number(replicas),
        config: policy === undefined || policy === '' ? {} : { 'cleanup.policy': policy },
      })
  }
  return { topics, remarks }
}

const isCount = (text: string): boolean => /^[1-9]\d{0,6}$/.test(text)

/** Compose files write a line break as `$$'\n'`, of which the image sees `$'\n'`. */
function unquoted(separator: string): string {
  const quoted = /^\$'(.*)'$/s.exec(separator)?.[1]
  return quoted === undefined ? separator : quoted.replaceAll(String.raw`\n`, '\n').replaceAll(String.raw`\t`, '\t')
}
