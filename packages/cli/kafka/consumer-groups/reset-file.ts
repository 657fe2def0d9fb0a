import { JavaError } from '../java-error.ts'
import { javaText } from '../java-names.ts'
import { textFile } from '../text-file.ts'

export interface PlannedOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** A plan by group, out of CSV: `topic,partition,offset` for the only group that was asked for, or with the group in front. */
export function planFromFile(path: string, groups: readonly string[]): ReadonlyMap<string, readonly PlannedOffset[]> {
  const rows = contentOf(path)
    .split('\n')
    .filter((line, at, all) => line !== '' || at < all.length - 1)
    .map((line) => cellsOf(line.replace(/\r$/, '')))
  const [group] = groups
  const isOld = groups.length === 1 && rows[0]?.length === 3
  const plan = new Map<string, PlannedOffset[]>()
  for (const cells of rows) {
    const [name = '', topic = '', partition = '', offset = ''] = isOld ? [group ?? '', ...cells] : cells
    if ((!isOld && cells.length !== 4) || !/^-?\d+$/.test(partition.trim()) || !/^-?\d+$/.test(offset.trim()))
      throw new JavaError(
        'java.lang.RuntimeException',
        `com.fasterxml.jackson.databind.exc.InvalidFormatException: "${cells.join(',')}" is no line of topic,partition,offset`,
      )
    const entries = plan.get(name) ?? []
    plan.set(name, [...entries, { topic, partition: Number(partition), offset: Number(offset) }])
  }
  return plan
}

function contentOf(path: string): string {
  try {
    return textFile(path)
  } catch (cause) {
    throw new JavaError('java.lang.RuntimeException', javaText(cause), { cause })
  }
}

function cellsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '')
}

/** What `--export` writes of a group. */
export function csvOf(entries: readonly PlannedOffset[], group: string | undefined): string {
  const cell = (text: string): string => (/[",\r\n ]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return entries
    .map(({ topic, partition, offset }) => `${[...(group === undefined ? [] : [cell(group)]), cell(topic), partition, offset].join(',')}\n`)
    .join('')
}
