import type { TestEvent } from 'node:test/reporters'

/** The closing lines of a run: what was skipped and why, and how many passed in which time. */
export default async function* summary(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type === 'test:pass' && event.data.skip !== undefined) {
      yield `\n  skipped: ${event.data.name}${typeof event.data.skip === 'string' ? ` (${event.data.skip})` : ''}`
    }
    if (event.type === 'test:summary' && event.data.file === undefined) {
      const { tests, passed, skipped } = event.data.counts
      yield `\nin ${(event.data.duration_ms / 1000).toFixed(1)} s\n${passed} passed, ${tests - passed - skipped} failed, ${skipped} skipped\n`
    }
  }
}
