import type { ConfigDefs } from '@odradek/common/config'
import type { Serde } from '../serdes/serde.ts'
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
  _half: 'serializer' | 'deserializer',
): { readonly keySerde: Serde<unknown> | undefined; readonly valueSerde: Serde<unknown> | undefined } {
  const serde = (option: 'keySerde' | 'valueSerde'): Serde<unknown> | undefined => {
    const given = resolution.given.objects.get(option)
    if (given === undefined || isSerde(given)) return given
    resolution.wrong(`${option} must be a serde: one of this package such as string or json(), or an object with write and read.`, option)
    return undefined
  }
  return { keySerde: serde('keySerde'), valueSerde: serde('valueSerde') }
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
