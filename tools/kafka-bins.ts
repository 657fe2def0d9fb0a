/** Writes the scripts in `bin/`, one for each of Kafka's tools that are in `packages/cli/kafka/tools.ts`: `node tools/kafka-bins.ts`. */
import { writeCheckoutBins } from './build/kafka-bins.ts'

writeCheckoutBins('bin')
