/** Settings of brokers that are started for a run: idle producers are forgotten soon, which no client may notice. */
export const forgetful = ['producer.id.expiration.ms=2000', 'producer.id.expiration.check.interval.ms=500']
