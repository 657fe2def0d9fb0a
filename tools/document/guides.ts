import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
/** `<!-- example: name.ts -->` and the program behind it, if one has been copied there already. */
const place = /<!-- example: (\S+) -->\n(?:\n?```ts\n[\s\S]*?\n```\n)?/g

/** The guides, each with the programs of examples/ that it names copied in behind their marks. */
export function guides(): readonly { readonly file: string; readonly text: string }[] {
  return globSync('docs/guides/*.md', { cwd: root }).map((file) => ({
    file,
    text: readFileSync(join(root, file), 'utf8').replaceAll(place, (_all, name: string) => {
      const program = readFileSync(join(root, 'examples', name), 'utf8').trimEnd()
      return `<!-- example: ${name} -->\n\n\`\`\`ts\n${program}\n\`\`\`\n`
    }),
  }))
}
