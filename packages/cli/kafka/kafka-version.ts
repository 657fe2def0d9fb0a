import manifest from '../package.json' with { type: 'json' }

/** What `--version` says: the Kafka whose tools these are like, and ours. */
export const kafkaVersion: string = `4.3.1 (Odradek ${manifest.version})`
