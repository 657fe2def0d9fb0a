/** A change of settings that Kafka answers with INVALID_REQUEST, where for others it says INVALID_CONFIG. */
export class InvalidRequest extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'InvalidRequest'
  }
}
