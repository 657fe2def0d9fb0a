import type { ConfigDefs } from '@odradek/common/config'
import { serdeOfKind } from '../serdes/java-serdes.ts'
import type { Serde } from '../serdes/serde.ts'
import { serdeKindOfClass } from './java-classes.ts'
import type { Resolution } from './resolution.ts'

/** `interceptors`: objects that have at least one of the methods. Those of Java are named once and left out. */
export function interceptorsOf<Interceptor extends object>(
  resolution: Resolution<ConfigDefs>,
  methods: readonly (keyof Interceptor & string)[],
): readonly Interceptor[] {
  const classes = resolution.given.texts.get('interceptor.classes')
  if (classes !== undefined && classes.text.trim() !== '') {
    resolution.remarks.warn(`interceptor.classes ${classes.text} are classes of Java, which Node can not load. Give interceptors in code`)
  }
  const given = resolution.given.objects.get('interceptors') ?? []
  const isInterceptor = (value: unknown): value is Interceptor =>
    typeof value === 'object' && value !== null && methods.some((method) => typeof Reflect.get(value, method) === 'function')
  if (Array.isArray(given) && given.every(isInterceptor)) return given
  resolution.wrong(`interceptors must be a list of objects with ${methods.join(' or ')}.`, 'interceptors')
  return []
}

/** `keySerde` and `valueSerde` for untyped topics. */
export function serdesOf(
  resolution: Resolution<ConfigDefs>,
  half: 'serializer' | 'deserializer',
): { readonly keySerde: Serde<unknown> | undefined; readonly valueSerde: Serde<unknown> | undefined } {
  const serde = (part: 'key' | 'value'): Serde<unknown> | undefined => {
    const option = `${part}Serde`
    const given = resolution.given.objects.get(option)
    if (given === undefined) return ofClass(resolution, `${part}.${half}`, option)
    if (isSerde(given)) return given
    resolution.wrong(`${option} must be a serde: one of this package such as string or json(), or an object with write and read.`, option)
    return undefined
  }
  return { keySerde: serde('key'), valueSerde: serde('value') }
}

/** The serde behind the class that a file names; another one than Kafka's own is a warning. */
function ofClass(resolution: Resolution<ConfigDefs>, setting: string, option: string): Serde<unknown> | undefined {
  const className = resolution.given.texts.get(setting)?.text
  if (className === undefined) return undefined
  const serde = serdeOfKind(serdeKindOfClass(className) ?? '')
  if (serde === undefined) {
    resolution.remarks.warn(
      `${setting} ${className} is a class of Java, which Node can not load: data stay bytes. Give ${option} in code, or use topic()`,
    )
  }
  return serde
}

function isSerde(value: unknown): value is Serde<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'write' in value &&
    typeof value.write === 'function' &&
    'read' in value &&
    typeof value.read === 'function'
  )
}
