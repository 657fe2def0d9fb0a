import java.util.Collection;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Prints what Kafka declares about each of its settings, one JSON object a line. */
public class ConfigFacts {
    public static void main(String[] args) throws Exception {
        ConfigDef broker = (ConfigDef) Class.forName("kafka.server.KafkaConfig").getMethod("configDef").invoke(null);
        print("broker", broker.configKeys().values(), DynamicBrokerConfig.dynamicConfigUpdateModes());
        print("topic", LogConfig.configDefCopy().configKeys().values(), Map.of());
        print("group", GroupConfig.CONFIG_DEF.configKeys().values(), Map.of());
        print("client-metrics", ClientMetricsConfigs.configDef().configKeys().values(), Map.of());
    }

    private static void print(String of, Collection<ConfigDef.ConfigKey> keys, Map<String, String> modes) {
        for (ConfigDef.ConfigKey key : keys) {
            String value = key.hasDefault() ? ConfigDef.convertToString(key.defaultValue, key.type) : "(required)";
            String synonyms = "";
            if (of.equals("topic") && ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.containsKey(key.name)) {
                for (var synonym : ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.get(key.name)) synonyms += " " + synonym.name();
            }
            System.out.println("{\"of\":" + json(of) + ",\"name\":" + json(key.name) + ",\"type\":" + json(key.type)
                + ",\"default\":" + json(value) + ",\"valid\":" + json(key.validator == null ? null : key.validator)
                + ",\"scope\":" + json(modes.getOrDefault(key.name, "read-only"))
                + ",\"synonyms\":" + json(synonyms.trim()) + ",\"isInternal\":" + key.internalConfig + "}");
        }
    }

    private static String json(Object value) {
        if (value == null) return "null";
        return '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
