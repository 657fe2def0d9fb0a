/** Variables of Apache's container image that are no settings of the broker. */
const notSettings = new Set(
  'VERSION HEAP_OPTS LOG4J_OPTS OPTS JMX_OPTS JMX_PORT JMX_HOSTNAME JVM_PERFORMANCE_OPTS GC_LOG_OPTS LOG4J_ROOT_LOGLEVEL LOG4J_LOGGERS TOOLS_LOG4J_LOGLEVEL'.split(
    ' ',
  ),
)

/**
 * Settings out of environment variables, by the rule of the apache/kafka image: `KAFKA_LOG_DIRS` is `log.dirs`; two
 * underscores are one, three are a dash.
 */
export function settingsFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Map<string, string> {
  const settings = new Map<string, string>()
  for (const [variable, value] of Object.entries(environment)) {
    if (value === undefined || !variable.startsWith('KAFKA_')) continue
    const name = variable.slice('KAFKA_'.length)
    if (notSettings.has(name)) continue
    settings.set(name.toLowerCase().replaceAll('_', '.').replaceAll('...', '-').replaceAll('..', '_'), value)
  }
  return settings
}
