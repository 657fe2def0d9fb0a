import manifest from './package.json' with { type: 'json' }

export const version: string = manifest.version

export const help = `odradek ${version}: a Kafka broker in one Node process

  odradek start                     a broker on localhost:9092, data in ./.odradek
    --port N                        another port (0: any free one)
    --data-dir DIR                  another folder for the data
    --ephemeral                     keep everything in memory, gone at exit
    --config FILE                   a server.properties of Kafka
    --override KEY=VALUE            any one setting; may be repeated, wins over all else
  odradek status [--data-dir DIR]   what runs on that data, and where (-o json for scripts)
  odradek health [--data-dir DIR]   whether clients may come: exit code 0 or 1, for probes
  odradek wait [--timeout 30s]      returns when they may
  odradek container                 settings from the environment of a Kafka image (KAFKA_…, KAFKA_CFG_…)
  odradek env                       a line for your shell that puts Kafka's tools on its PATH: eval "$(odradek env)"
  odradek --help | --version

Environment: KAFKA_LOG_RETENTION_MS=1000 sets log.retention.ms (single _ is a dot, __ an underscore, ___ a dash).
`
