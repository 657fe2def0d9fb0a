import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { slugs } from './document/markdown.ts'

const root = join(import.meta.dirname, '..')
const pages = globSync(['*.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*.md', 'bench/*.md', 'test/**/README.md'], {
  cwd: root,
  exclude: (name) => name === 'node_modules',
})

/** What is in a fence, or between backticks, is no link. */
const prose = (path: string): string =>
  readFileSync(path, 'utf8')
    .replaceAll(/^```[\s\S]*?^```/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ' '))

/** The places of a page that a link may lead to. */
function anchorsOf(path: string): ReadonlySet<string> {
  const text = readFileSync(path, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '')
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return new Set([...slugs(headings), ...[...text.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id)])
}

test('there are pages to look at', () => {
  assert(pages.length > 30, `${pages.length}`)
})

for (const page of pages) {
  test(`every link of ${page} leads somewhere`, () => {
    const broken = [...prose(join(root, page)).matchAll(/\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)/g)].flatMap(([, file = '', anchor]) => {
      const path = file === '' ? join(root, page) : join(root, dirname(page), file)
      if (!existsSync(path)) return [`${file}: there is no such file`]
      if (anchor === undefined || statSync(path).isDirectory()) return []
      return anchorsOf(path).has(anchor) ? [] : [`${file}#${anchor}: there is no such heading`]
    })
    assert.deepEqual(broken, [])
  })
}
