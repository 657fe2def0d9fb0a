import { systemTerminal } from '../system-terminal.ts'
import type { Terminal } from '../terminal.ts'
import { Exit } from './exit.ts'
import type { Tool } from './tool.ts'
import { tools } from './tools.ts'

/** Runs the tool of that name, as `kafka-topics` or `kafka-topics.sh`; gives the exit code. */
export async function main(called: string, args: readonly string[]): Promise<number> {
  const load = tools.get(called.replace(/\.(?:sh|js)$/, ''))
  const terminal = systemTerminal()
  if (load === undefined) {
    terminal.err(`There is no tool "${called}". There are: ${[...tools.keys()].join(' ')}\n`)
    return 1
  }
  const { tool } = await load()
  return runTool(tool, args, terminal)
}

/** A tool to its end, however it ends: what nobody caught is shown as Java would show it. */
export async function runTool(tool: Tool, args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await tool.run(args, terminal)
  } catch (error) {
    if (error instanceof Exit) return error.code
    const { javaTrace } = await import('./java-trace.ts')
    terminal.err(`Exception in thread "main" ${javaTrace(error)}`)
    return 1
  }
}
