import { UserError } from '@odradek/common/errors'

/** The command line itself was wrong: the help is shown, and the exit code is 2. */
export class UsageError extends UserError {}
