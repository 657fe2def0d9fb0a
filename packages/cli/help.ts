import manifest from './package.json' with { type: 'json' }

export const version: string = manifest.version

export const help = `odradek ${version}: Kafka in one Node process, and a command for every Kafka

A broker here
  odradek start                     on localhost:9092, data in ./.odradek
    --port N                        another port (0: any free one)
    --data-dir DIR                  another folder for the data
    --ephemeral                     keep everything in memory, gone at exit
    --config FILE                   a server.properties of Kafka
    --override KEY=VALUE            any one setting; may be repeated, wins over all else
  odradek status                    what runs on that data, and where (-o json for scripts)
  odradek health                    whether clients may come: exit code 0 or 1, for probes
  odradek wait [--timeout 30s]      returns when they may
  odradek container                 settings from the environment of a Kafka image (KAFKA_…, KAFKA_CFG_…)
  odradek test-broker -- COMMAND    one for tests of any language, as long as the command runs

Any cluster, ours or Apache's: -b HOST:PORT, --profile NAME, or localhost:9092
  odradek topic                     list, describe, create, alter, delete, trim
  odradek group                     list, describe, reset, delete
  odradek produce TOPIC             lines of the input become records
  odradek consume TOPIC…            records as they come; -e ends, -o jsonl for scripts
  odradek config                    list, explain, set
  odradek cluster                   info, health
  odradek lag [GROUP…] [--watch]    how far groups are behind, and when they catch up
  odradek apply -f topics.yaml      make topics be as a file says
  odradek doctor [HOST:PORT]        why clients cannot reach a cluster, and which setting to change
  odradek demo [shop|flights]       something to look at, until Ctrl-C
  odradek profile                   named ways to clusters
  odradek completion bash|zsh|fish  for your shell

Kafka's own tools, same options and output: odradek topics, console-consumer, consumer-groups, …
  odradek env                       a line for your shell that puts them on its PATH: eval "$(odradek env)"

Each says more with --help. Environment: KAFKA_LOG_RETENTION_MS=1000 sets log.retention.ms of the broker (single _ is a dot, __ an underscore,
___ a dash); ODRADEK_BOOTSTRAP_SERVERS and ODRADEK_PROFILE say where commands go.
`
