/** Writes the pages of docs/reference that are made from declarations, and copies the programs of examples/ into the guides. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { guides } from './document/guides.ts'
import { referencePages } from './document/pages.ts'

const folder = join(import.meta.dirname, '..', 'docs', 'reference')
mkdirSync(folder, { recursive: true })
for (const { file, text } of referencePages()) {
  writeFileSync(join(folder, file), text)
  console.log(`docs/reference/${file}`)
}
for (const { file, text } of guides()) writeFileSync(join(import.meta.dirname, '..', file), text)
