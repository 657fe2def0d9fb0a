import type { BrokerParts } from './broker.ts'

/** Fewer descriptors than this are soon used up by connections and segments. */
const enoughOpenFiles = 10_000
/** No clock is corrected by so much in the ordinary way. */
const suspiciousMs = 3_600_000

/** Looks for what will make trouble later, and says what to do about it. What makes a start impossible is found where it is used. */
export function checkMachine({ settings, machine, disk, clock, logger }: BrokerParts): void {
  for (const remark of settings.remarks) logger.warn(remark)
  if (settings.withoutEffect.length > 0)
    logger.info('These settings have no effect in this version; docs/reference/broker-configs.md says why', {
      settings: settings.withoutEffect.join(' '),
    })
  if (machine.openFiles < enoughOpenFiles) {
    logger.warn(
      `The process may open ${machine.openFiles} files only, which limits connections and partitions. Raise it to ${enoughOpenFiles} or more (ulimit -n, or LimitNOFILE of the service)`,
    )
  }
  for (const path of settings.config['log.dirs'] ?? settings.config['log.dir']) {
    // Written every minute while a broker runs, so it tells when the last one ran.
    const lastUsedMs = disk.stat(`${path}/recovery-point-offset-checkpoint`)?.modifiedMs
    if (lastUsedMs === undefined || lastUsedMs - clock.now() <= suspiciousMs) continue
    logger.warn(
      'The clock is more than an hour behind the time at which the data directory was last used. Set it right: records and retention depend on it',
      {
        path,
        clock: new Date(clock.now()).toISOString(),
        lastUsed: new Date(lastUsedMs).toISOString(),
      },
    )
  }
}
