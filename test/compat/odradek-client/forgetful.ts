/** After so long of silence brokers that are started for a run forget a producer: longer than a broken network keeps one silent. */
const expirationMs = 12_000
const checkMs = 500
/** By then they have forgotten it. */
export const forgottenAfterMs = expirationMs + 3 * checkMs

/**
 * Settings of brokers that are started for a run: idle producers are forgotten soon, which no client may notice. But whoever sends again what a broker
 * has taken and forgotten writes it twice, with any client.
 */
export const forgetful = [`producer.id.expiration.ms=${expirationMs}`, `producer.id.expiration.check.interval.ms=${checkMs}`]
