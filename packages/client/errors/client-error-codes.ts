/** What can go wrong in a client without any broker, where Kafka has no code for it. */
export const clientErrorCodes = {
  ODRADEK_BUFFER_EXHAUSTED:
    'The memory of a producer (`buffer.memory`) is full, and stayed so for `max.block.ms`; or somebody went on sending without awaiting anything.',
  ODRADEK_SERIALIZATION: 'A key, value or header could not be written. Nothing of its record was sent.',
  ODRADEK_DESERIALIZATION:
    'A key or value could not be read. The other records of its batch are not affected; `onError` or a `seek` gets past it.',
  ODRADEK_NO_OFFSET: 'A partition has no committed offset, or one that is not there any more, and `auto.offset.reset` is `none`.',
  ODRADEK_LOG_TRUNCATION:
    'A partition was truncated below the position of a consumer: a new leader had not got all that had been read (KIP-320).',
  ODRADEK_CLOSED: 'A call came after `close()`, or was under way when it came.',
  ODRADEK_STATE:
    'A call does not go now: two loops over one consumer, a `seek` of a partition that is not assigned, `commitTransaction` outside of a transaction.',
  ODRADEK_CONFIG: 'A setting does not go, alone or beside another.',
} as const satisfies Record<string, string>

/** The codes of a `ClientError`; [what they mean](errors.md#of-the-client). */
export type ClientErrorCode = keyof typeof clientErrorCodes
