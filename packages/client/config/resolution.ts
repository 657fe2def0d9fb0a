import { ConfigError as TextError, parseSetting } from '@odradek/common/config'
import type { ConfigDefs } from '@odradek/common/config'
import { ConfigError } from '../errors/config-error.ts'
import { camelCase } from './camel-case.ts'
import { layered, readGiven } from './given.ts'
import type { Given, Kind } from './given.ts'
import { isClassSetting } from './java-classes.ts'
import { readSasl } from './sasl.ts'
import type { SaslTexts } from './sasl.ts'
import type { SaslSettings, TlsOptions } from './security.ts'
import type { SettingsOf } from './settings.ts'
import { vocabularies } from './vocabulary.ts'

/** An options object of any kind; what is in it is looked at, not believed. */
export type Options = object

/** What was said beside the settings: nothing that stops anybody. */
export interface Remarks {
  info(message: string): void
  warn(message: string): void
}

/** Options of one client on their way to settings. Gathers what is wrong, so that all of it is told at once. */
export class Resolution<Defs extends ConfigDefs> {
  readonly defs: Defs
  readonly given: Given
  readonly remarks: Remarks
  /** Names in camel case. */
  readonly names: ReadonlySet<string>
  readonly values: SettingsOf<Defs>
  readonly #wrong: string[]
  readonly #settings: string[] = []

  /** `shared`: what the `Kafka` was given, of which only what this kind knows counts. */
  constructor(kind: Kind, defs: Defs, shared: Options, own: Options, remarks: Remarks) {
    this.defs = defs
    this.remarks = remarks
    this.given = layered(this.#knownOf(readGiven(shared, vocabularies.client)), readGiven(own, vocabularies[kind]))
    this.#wrong = [...this.given.wrong]
    this.names = new Set([...this.given.texts.keys()].map(camelCase).concat(...this.given.objects.keys()))
    for (const warning of this.given.warnings) remarks.warn(warning)
    this.values = this.#parseAll()
  }

  /** Whether the user gave it; the name is in camel case. */
  isGiven(name: keyof SettingsOf<Defs> & string): boolean {
    return this.names.has(name)
  }

  /** The name as the user spelled it, for messages. */
  spelling(name: keyof SettingsOf<Defs> & string): string {
    for (const [dotted, { spelled }] of this.given.texts) if (camelCase(dotted) === name) return spelled
    return name
  }

  /** Something that must not be; `settings` are at fault. */
  wrong(message: string, ...settings: readonly string[]): void {
    this.#wrong.push(message)
    this.#settings.push(...settings)
  }

  tls(): TlsOptions | undefined {
    const tls = this.given.objects.get('tls')
    if (tls === undefined) return undefined
    if (!isTlsOptions(tls)) {
      this.wrong('tls must be an object with options of node:tls; with the settings of the system write securityProtocol alone.', 'tls')
      return undefined
    }
    const clash = [...this.given.texts.entries()].find(([name]) => name.startsWith('ssl.') && this.defs[name]?.unused === undefined)
    if (clash !== undefined) this.wrong(`tls and ${clash[1].spelled} say the same twice. Give one of them.`, 'tls', clash[1].spelled)
    return tls
  }

  sasl(security: SaslTexts & { readonly securityProtocol: string }): SaslSettings | undefined {
    const option = this.given.objects.get('sasl')
    if (!security.securityProtocol.startsWith('SASL_')) {
      if (option !== undefined) {
        this.wrong(
          `sasl was given, but securityProtocol is ${security.securityProtocol}, which does not authenticate. Write securityProtocol: 'SASL_SSL', or 'SASL_PLAINTEXT' without encryption.`,
          'sasl',
          'securityProtocol',
        )
      }
      return undefined
    }
    try {
      return readSasl(option, security, this.names.has('saslMechanism'))
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      this.wrong(error.message, ...error.settings)
      return undefined
    }
  }

  /** Throws one `ConfigError` with everything that is wrong, if anything is. */
  check(): void {
    if (this.#wrong.length > 0) throw new ConfigError(this.#wrong.join('\n'), { settings: [...new Set(this.#settings)] })
  }

  #knownOf(shared: Given): Given {
    const known = [...shared.texts].filter(([name]) => Object.hasOwn(this.defs, name) || isClassSetting(name))
    return { ...shared, texts: new Map(known), warnings: [] }
  }

  #parseAll(): SettingsOf<Defs>
  #parseAll(): Readonly<Record<string, unknown>> {
    const values: Record<string, unknown> = {}
    for (const [name, def] of Object.entries(this.defs)) {
      const given = this.given.texts.get(name)
      const spelled = given?.spelled ?? camelCase(name)
      if (given === undefined && def.default === undefined) {
        const example =
          name === 'bootstrap.servers' ? "write bootstrapServers: 'localhost:9092', with brokers of your own" : 'it has to be given'
        this.wrong(`${spelled} is missing: ${example}.`, spelled)
        continue
      }
      if (name === 'bootstrap.servers' && given?.text.trim() === '' && def.default === undefined) {
        this.wrong(`${spelled} is empty: name at least one broker, as host:port.`, spelled)
      }
      try {
        values[camelCase(name)] = parseSetting(spelled, def, given?.text) ?? undefined
      } catch (error) {
        if (!(error instanceof TextError)) throw error
        this.wrong(`${error.message}.`.replace(/\.\.$/, '.'), spelled)
        // So that later checks, which compare settings with each other, have something to look at.
        values[camelCase(name)] = def.default === undefined ? undefined : (parseSetting(spelled, def, undefined) ?? undefined)
      }
    }
    return values
  }
}

function isTlsOptions(value: unknown): value is TlsOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
