import { RecordedTerminal } from '../recorded-terminal.ts'
import type { RecordedTerminalOptions } from '../recorded-terminal.ts'
import { runTool } from './main.ts'
import type { Tool } from './tool.ts'

/** What a person sees of a tool that was run. */
export interface Seen {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a tool for a test, to its end. Times of log lines are replaced by `[T]`. */
export async function trial(tool: Tool, args: readonly string[], options: RecordedTerminalOptions = {}): Promise<Seen> {
  const terminal = new RecordedTerminal(options)
  const code = await runTool(tool, args, terminal)
  return { code, out: terminal.stdout, err: terminal.stderr.replaceAll(/\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\]/g, '[T]') }
}
