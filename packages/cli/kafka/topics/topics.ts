import type { Terminal } from '../../terminal.ts'
import { inJava } from '../in-java.ts'
import { log4jLine } from '../log4j.ts'
import { openAdmin } from '../open-admin.ts'
import { orSayFailure } from '../say-failure.ts'
import type { Tool } from '../tool.ts'
import { alterTopics, createTopic, deleteTopics, listTopics } from './actions.ts'
import type { TopicsCall } from './actions.ts'
import { topicsOptions } from './topics-options.ts'
import type { TopicsOptions } from './topics-options.ts'

/** Creates, lists, describes, alters and deletes topics. */
export const tool: Tool = {
  name: 'kafka-topics',
  run: (args, terminal) => orSayFailure(terminal, () => run(args, terminal)),
}

async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const options = topicsOptions(args, terminal)
  await using admin = await openAdmin({
    terminal,
    bootstrapServer: options.value('bootstrap-server'),
    commandConfig: options.value('command-config'),
  })
  try {
    await act({ options, admin, say: (line) => void terminal.out(`${line}\n`) })
    return 0
  } catch (error) {
    const { message, trace } = await inJava(error)
    void terminal.out(`Error while executing topic command : ${message}\n`)
    terminal.err(log4jLine('ERROR', trace, 'org.apache.kafka.tools.TopicCommand'))
    return 1
  }
}

async function act(call: TopicsCall): Promise<void> {
  const has = (action: Parameters<TopicsOptions['has']>[0]): boolean => call.options.has(action)
  if (has('create')) return createTopic(call)
  if (has('alter')) return alterTopics(call)
  if (has('list')) return listTopics(call)
  if (has('delete')) return deleteTopics(call)
  const { describeTopics } = await import('./describe.ts')
  return describeTopics(call)
}
