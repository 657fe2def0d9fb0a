import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.coordinator.group.generated.CoordinatorRecordType;

/** The other side of java.io.test.ts: reads a message on each line, `key kind version hex`, and prints it as Kafka writes it. */
class JavaMessages {
    public static void main(String[] args) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ", -1);
            ApiMessage message = empty(Short.parseShort(words[0]), words[1]);
            System.out.println(again(message, Short.parseShort(words[2]), HexFormat.of().parseHex(words[3])));
        }
    }

    static ApiMessage empty(short key, String kind) {
        return switch (kind) {
            case "request" -> ApiMessageType.fromApiKey(key).newRequest();
            case "response" -> ApiMessageType.fromApiKey(key).newResponse();
            case "key" -> CoordinatorRecordType.fromId(key).newRecordKey();
            default -> CoordinatorRecordType.fromId(key).newRecordValue();
        };
    }

    static String again(ApiMessage message, short version, byte[] bytes) {
        try {
            ByteBuffer input = ByteBuffer.wrap(bytes);
            message.read(new ByteBufferAccessor(input), version);
            if (input.hasRemaining()) return input.remaining() + " bytes were left over";
            ObjectSerializationCache cache = new ObjectSerializationCache();
            ByteBuffer output = ByteBuffer.allocate(message.size(cache, version));
            message.write(new ByteBufferAccessor(output), cache, version);
            return HexFormat.of().formatHex(output.array());
        } catch (RuntimeException failure) {
            return failure.toString();
        }
    }
}
