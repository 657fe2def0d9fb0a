import { errorCode, errorMessage, errorNames, isRetriable } from '@odradek/protocol'
import { code, page, table } from './markdown.ts'
import type { Page } from './markdown.ts'

export function errorPage(): Page {
  const rows = errorNames.map((name) => [String(errorCode(name)), code(name), isRetriable(name) ? 'yes' : '', errorMessage(name)])
  return page('errors.md', 'Error codes', [
    'What the broker answers when it does not do what it was asked to. *Retriable* says that the same request may succeed later, as clients see it.',
    table(['Code', 'Name', 'Retriable', 'What it means'], rows),
  ])
}
