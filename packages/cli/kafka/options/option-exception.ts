import { JavaError } from '../java-error.ts'

type Kind =
  | 'MissingRequiredOptions'
  | 'MultipleArgumentsForOption'
  | 'OptionArgumentConversion'
  | 'OptionMissingRequiredArgument'
  | 'UnavailableOption'
  | 'UnrecognizedOption'

/** A command line that does not go together with its options. The message is what joptsimple would say. */
export class OptionException extends JavaError {
  constructor(kind: Kind, message: string) {
    super(`joptsimple.${kind}Exception`, message)
  }
}
