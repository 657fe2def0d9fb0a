import { fails, kafka, kafkajs, print, topicWith } from '../stage.mjs'

const { ConfigResourceTypes, ConfigSource } = kafkajs
print(ConfigResourceTypes, ConfigSource)
const topic = await topicWith('t', 0)
const admin = kafka.admin()
await admin.connect()
const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
const entries = async (configNames, includeSynonyms = false) => {
  const { resources } = await admin.describeConfigs({ includeSynonyms, resources: [{ ...resource, configNames }] })
  return resources.map(({ configEntries, errorCode, resourceName, resourceType }) => ({
    errorCode,
    resourceName,
    resourceType,
    configEntries: configEntries.toSorted((a, b) => (a.configName < b.configName ? -1 : 1)),
  }))
}
print(await entries(['retention.ms', 'cleanup.policy']))
print((await entries())[0].configEntries.length > 10)
const altered = await admin.alterConfigs({
  resources: [
    {
      ...resource,
      configEntries: [
        { name: 'retention.ms', value: '60000' },
        { name: 'cleanup.policy', value: 'compact' },
      ],
    },
  ],
})
print(altered.resources.map(({ errorCode, resourceName, resourceType }) => [errorCode, resourceName, resourceType]))
print(await entries(['retention.ms', 'cleanup.policy']))
// It replaces all: what is not named is as if it had never been set.
await admin.alterConfigs({ resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '70000' }] }] })
print(await entries(['retention.ms', 'cleanup.policy']))
await admin.alterConfigs({ validateOnly: true, resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: '80000' }] }] })
print((await entries(['retention.ms']))[0].configEntries[0].configValue)
print((await entries(['retention.ms'], true))[0].configEntries[0].configSynonyms[0])
await fails('bad value', () =>
  admin.alterConfigs({ resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: 'soon' }] }] }),
)
await fails('none', () => admin.describeConfigs({ resources: [] }))
await fails('bad type', () => admin.describeConfigs({ resources: [{ type: 99, name: 'x' }] }))
await fails('bad name', () => admin.describeConfigs({ resources: [{ type: 2, name: 5 }] }))
await fails('not text', () => admin.alterConfigs({ resources: [{ ...resource, configEntries: [{ name: 'retention.ms', value: 5 }] }] }))
await admin.disconnect()
