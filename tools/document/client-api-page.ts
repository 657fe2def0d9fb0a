import { exportsOf } from './exported.ts'
import { page, slugs, table } from './markdown.ts'
import type { Page } from './markdown.ts'
import { methodsOf, parentsOf, withReachable } from './reachable.ts'
import type { Placed } from './reachable.ts'

/** Everything that `@odradek/client` exports, and what that is made of, with its documentation, out of the sources. */
export function clientApiPage(): Page {
  const streams = exportsOf('packages/client/streams/index.ts').map((section) => ({
    ...section,
    title: `${section.title}, from @odradek/client/streams`,
  }))
  const sections = withReachable([...exportsOf('packages/client/index.ts'), ...streams], new Set(['OptionsOf']))
  const all = sections.flatMap(({ placed }) => placed)
  const headings = [title, ...sections.flatMap(({ title, placed }) => [title, ...placed.map(({ name }) => name)])]
  const anchors = slugs(headings)
  const anchorOf = new Map(all.map((one) => [one.name, anchors[headings.indexOf(one.name)] ?? '']))
  const link = (name: string): string => `[${name}](#${anchorOf.get(name)})`

  const contents = sections
    .map(({ title, placed }) => `- ${title}: ${placed.flatMap(({ level, name }) => (level === 3 ? [link(name)] : [])).join(', ')}`)
    .join('\n')
  return page('client-api.md', title, [
    'What `@odradek/client` exports, and what that is made of.',
    'Settings have [a page of their own](client-configs.md): `OptionsOf<typeof producerConfig>` stands for those of producers in camel case, all of them optional, and so on. ' +
      'Error codes have [another](errors.md).',
    contents,
    ...sections.flatMap(({ title, placed }) => [`## ${title}`, ...placed.flatMap((one) => entry(one, all, link))]),
  ])
}

const title = 'API of the client'

function entry(one: Placed, all: readonly Placed[], link: (name: string) => string): readonly string[] {
  const { name, doc, declaration, level } = one
  const parts = parentsOf(one)
  const operations = all.filter((other) => parts.includes(other.name))
  return [
    `${'#'.repeat(level)} ${name}`,
    ...(doc === '' ? [] : [doc]),
    `\`\`\`ts\n${declaration}\n\`\`\``,
    ...(parts.length > 3
      ? [
          table(
            ['Where', 'What can be called'],
            operations.map((part) => [
              link(part.name),
              methodsOf(part)
                .map((method) => `\`${method}\``)
                .join(', '),
            ]),
          ),
        ]
      : []),
  ]
}
