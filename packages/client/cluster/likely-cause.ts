import { KafkaError } from '@odradek/protocol'

/** The error for four bytes that should be the length of an answer and can't be: says who it probably is that answers. */
export function badLength(length: number, maxBytes: number): KafkaError {
  const known = speakers.find(({ matches }) => matches(length >>> 0))
  if (known !== undefined)
    return new KafkaError('NETWORK_EXCEPTION', `The other end ${known.does}, not the Kafka protocol.`, { hint: known.hint })
  if (length > maxBytes) {
    return new KafkaError(
      'NETWORK_EXCEPTION',
      `The broker announced an answer of ${length} bytes; receiveMessageMaxBytes is ${maxBytes}.`,
      {
        hint: 'Raise receiveMessageMaxBytes (odradek.receive.message.max.bytes) if the broker really sends so much, or ask for less at a time.',
      },
    )
  }
  return new KafkaError('NETWORK_EXCEPTION', `The other end announced an answer of ${length} bytes; it hardly is a Kafka broker.`)
}

interface Speaker {
  readonly does: string
  readonly hint: string
  matches(this: void, firstFourBytes: number): boolean
}

const tlsHint = 'The listener of this port is encrypted: use security.protocol=SSL or SASL_SSL, or the port of a PLAINTEXT listener.'

const speakers: readonly Speaker[] = [
  {
    does: 'speaks HTTP',
    hint: 'This is the port of a web server; bootstrap.servers needs the port of a Kafka listener.',
    matches: (bytes) => bytes === 0x48_54_54_50,
  },
  // Record types 21 (alert) and 22 (handshake), major version 3.
  { does: 'answered with a TLS alert', hint: tlsHint, matches: (bytes) => bytes >>> 16 === 0x15_03 },
  { does: 'speaks TLS', hint: tlsHint, matches: (bytes) => bytes >>> 16 === 0x16_03 },
  { does: 'speaks SSH', hint: 'bootstrap.servers needs the port of a Kafka listener.', matches: (bytes) => bytes === 0x53_53_48_2d },
]
