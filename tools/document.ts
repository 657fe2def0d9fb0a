/** Writes the pages of docs/reference that are made from declarations: settings, APIs, error codes, metrics. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { referencePages } from './document/pages.ts'

const folder = join(import.meta.dirname, '..', 'docs', 'reference')
mkdirSync(folder, { recursive: true })
for (const { file, text } of referencePages()) {
  writeFileSync(join(folder, file), text)
  console.log(`docs/reference/${file}`)
}
