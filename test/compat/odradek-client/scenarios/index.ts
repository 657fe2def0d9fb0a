import { operating } from '../admin-scenarios.ts'
import type { Theme } from '../scenario.ts'
import { administering } from './administering.ts'
import { brokenNetworks } from './broken-network.ts'
import { closing } from './closing.ts'
import { commits } from './commits.ts'
import { compression } from './compression.ts'
import { consuming } from './consuming.ts'
import { delivery } from './delivery.ts'
import { errors } from './errors.ts'
import { groups } from './groups.ts'
import { insight } from './insight.ts'
import { network } from './network.ts'
import { partitioning } from './partitioning.ts'
import { positions } from './positions.ts'
import { producing } from './producing.ts'
import { serdes } from './serdes.ts'
import { streams } from './streams.ts'
import { transactions } from './transactions.ts'

/** The longest first, so that the last to run are short. */
export const themes: readonly Theme[] = [
  groups,
  transactions,
  network,
  brokenNetworks,
  closing,
  commits,
  delivery,
  consuming,
  positions,
  producing,
  partitioning,
  compression,
  streams,
  serdes,
  administering,
  operating,
  errors,
  insight,
]
