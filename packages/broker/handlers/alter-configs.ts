import type { MetadataService } from '@odradek/metadata'
import { errorMessage, errorName } from '@odradek/protocol'
import { AlterConfigs } from '@odradek/protocol/messages'
import { handler } from '../handler.ts'
import { answerAltered, refuseAll, unknownType } from './altered-resources.ts'

/** Replaces all settings of resources: those that are not named are reset. Levels of loggers cannot be changed this way. */
export const alterConfigs = (metadata: Pick<MetadataService, 'alterConfigs'>) =>
  handler(
    AlterConfigs,
    async ({ resources, validateOnly }) => ({
      responses: await answerAltered(resources, (kept) => metadata.alterConfigs(kept, validateOnly), unknownType),
    }),
    { failed: ({ resources }, code) => ({ responses: refuseAll(resources, code, errorMessage(errorName(code))) }) },
  )
