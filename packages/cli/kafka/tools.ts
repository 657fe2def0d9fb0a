import type { Tool } from './tool.ts'

/** Every tool by its name, loaded when it is asked for. */
export const tools: ReadonlyMap<string, () => Promise<{ readonly tool: Tool }>> = new Map(
  Object.entries({
    'kafka-topics': () => import('./topics/topics.ts'),
  }),
)
