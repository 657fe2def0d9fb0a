import { errorCode, errorMessage, errorNames, isRetriable } from '@odradek/protocol'
import { clientErrorCodes } from '../../packages/client/errors/client-error-codes.ts'
import { code, page, table } from './markdown.ts'
import type { Page } from './markdown.ts'

export function errorPage(): Page {
  const rows = errorNames.map((name) => [String(errorCode(name)), anchored(name), isRetriable(name) ? 'yes' : '', errorMessage(name)])
  return page('errors.md', 'Error codes', [
    'What the broker answers when it does not do what it was asked to. *Retriable* says that the same request may succeed later, as clients see it.',
    table(['Code', 'Name', 'Retriable', 'What it means'], rows),
    '## Of the client',
    'What `@odradek/client` tells by a `ClientError` (or `ConfigError`): it concerns no broker, and whoever wrote the program can mend it.',
    table(
      ['Name', 'What it means'],
      Object.entries(clientErrorCodes).map(([name, meaning]) => [anchored(name), meaning]),
    ),
  ])
}

/** `docsUrl` of an error leads here. */
function anchored(name: string): string {
  return `<a id="${name.toLowerCase()}"></a>${code(name)}`
}
