import { classOf, int } from '@odradek/common/config'
import { unused } from './unused.ts'

const windows = (of: string): string => `How many windows the rate of ${of} is measured over.`
const seconds = (of: string): string => `How long one window is over which the rate of ${of} is measured.`

/** How rates are measured that have a limit. */
export const quotaConfig = {
  'quota.window.num': int({ default: 11, atLeast: 1, doc: windows('clients'), unused: unused.quotas }),
  'quota.window.size.seconds': int({ default: 1, atLeast: 1, doc: seconds('clients'), unused: unused.quotas }),
  'controller.quota.window.num': int({ default: 11, atLeast: 1, doc: windows('changes of topics'), unused: unused.quotas }),
  'controller.quota.window.size.seconds': int({ default: 1, atLeast: 1, doc: seconds('changes of topics'), unused: unused.quotas }),
  'replication.quota.window.num': int({ default: 11, atLeast: 1, doc: windows('replication'), unused: unused.quotas }),
  'replication.quota.window.size.seconds': int({ default: 1, atLeast: 1, doc: seconds('replication'), unused: unused.quotas }),
  'alter.log.dirs.replication.quota.window.num': int({
    default: 11,
    atLeast: 1,
    doc: windows('moves between data directories'),
    unused: unused.quotas,
  }),
  'alter.log.dirs.replication.quota.window.size.seconds': int({
    default: 1,
    atLeast: 1,
    doc: seconds('moves between data directories'),
    unused: unused.quotas,
  }),
  'client.quota.callback.class': classOf({ default: null, doc: 'A class that decides about quotas.', unused: unused.plugins }),
}
