import { exportsOf } from './exported.ts'
import { page } from './markdown.ts'
import type { Page } from './markdown.ts'

/** Everything that `@odradek/client` exports, with its documentation, out of the sources. */
export function clientApiPage(): Page {
  const streams = exportsOf('packages/client/streams/index.ts').map((section) => ({
    ...section,
    title: `${section.title}, from @odradek/client/streams`,
  }))
  const sections = [...exportsOf('packages/client/index.ts'), ...streams]
  const contents = sections
    .map(({ title, exported }) => `- ${title}: ${exported.map(({ name }) => `[${name}](#${name.toLowerCase()})`).join(', ')}`)
    .join('\n')
  return page('client-api.md', 'API of the client', [
    'What `@odradek/client` exports. Settings have [a page of their own](client-configs.md), errors [another](errors.md).',
    contents,
    ...sections.flatMap(({ title, exported }) => [
      `## ${title}`,
      ...exported.flatMap(({ name, doc, declaration }) => [
        `### ${name}`,
        ...(doc === '' ? [] : [doc]),
        `\`\`\`ts\n${declaration}\n\`\`\``,
      ]),
    ]),
  ])
}
