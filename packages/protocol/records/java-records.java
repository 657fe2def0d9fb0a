import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.compress.GzipCompression;
import org.apache.kafka.common.compress.Lz4Compression;
import org.apache.kafka.common.compress.ZstdCompression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * The other side of java.io.test.ts: builds and reads batches with Kafka's own classes.
 * One command a line, one line of answer. A record is written `timestamp,key,value,name=value&name=value`, in hex, `-` for null.
 */
class JavaRecords {
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String[] words = line.split(" ");
            System.out.println(words[0].equals("build") ? build(words) : describe(words[1]));
        }
    }

    /** build codec level baseOffset epoch producerId producerEpoch sequence transactional logAppendTime|- record;record;… */
    static String build(String[] words) {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 22);
        boolean stamped = !words[9].equals("-");
        MemoryRecordsBuilder builder = MemoryRecords.builder(buffer, RecordBatch.MAGIC_VALUE_V2, compression(words[1], words[2]),
            stamped ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME, Long.parseLong(words[3]),
            stamped ? Long.parseLong(words[9]) : RecordBatch.NO_TIMESTAMP, Long.parseLong(words[5]), Short.parseShort(words[6]),
            Integer.parseInt(words[7]), Boolean.parseBoolean(words[8]), false, Integer.parseInt(words[4]));
        for (String record : words[10].split(";")) {
            String[] parts = record.split(",", -1);
            builder.append(Long.parseLong(parts[0]), bytes(parts[1]), bytes(parts[2]), headers(parts[3]));
        }
        ByteBuffer built = builder.build().buffer();
        byte[] out = new byte[built.remaining()];
        built.get(out);
        return HexFormat.of().formatHex(out);
    }

    static Compression compression(String codec, String level) {
        boolean given = !level.equals("-");
        switch (codec) {
            case "gzip": GzipCompression.Builder gzip = Compression.gzip(); if (given) gzip.level(Integer.parseInt(level)); return gzip.build();
            case "lz4": Lz4Compression.Builder lz4 = Compression.lz4(); if (given) lz4.level(Integer.parseInt(level)); return lz4.build();
            case "zstd": ZstdCompression.Builder zstd = Compression.zstd(); if (given) zstd.level(Integer.parseInt(level)); return zstd.build();
            case "snappy": return Compression.snappy().build();
            default: return Compression.NONE;
        }
    }

    /** describe hex: header fields, then the records, as Kafka's own reader sees them; or the exception. */
    static String describe(String hex) {
        try {
            MemoryRecords records = MemoryRecords.readableRecords(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
            DefaultRecordBatch batch = (DefaultRecordBatch) records.batches().iterator().next();
            batch.ensureValid();
            List<String> described = new ArrayList<>();
            for (Record record : batch) {
                List<String> headers = new ArrayList<>();
                for (Header header : record.headers()) headers.add(hex(header.key().getBytes("UTF-8")) + "=" + hex(header.value()));
                described.add(record.offset() + "," + record.timestamp() + "," + hex(record.key()) + "," + hex(record.value()) + "," + String.join("&", headers));
            }
            return String.join(" ", batch.compressionType().name, "" + batch.baseOffset(), "" + batch.lastOffset(), "" + batch.partitionLeaderEpoch(),
                "" + batch.producerId(), "" + batch.producerEpoch(), "" + batch.baseSequence(), "" + batch.isTransactional(), "" + batch.isControlBatch(),
                "" + batch.maxTimestamp(), String.join(";", described));
        } catch (Exception e) {
            return "error " + e.getClass().getSimpleName() + " " + e.getMessage();
        }
    }

    static byte[] bytes(String hex) {
        return hex.equals("-") ? null : HexFormat.of().parseHex(hex);
    }

    static Header[] headers(String text) throws RuntimeException {
        if (text.isEmpty()) return new Header[0];
        String[] pairs = text.split("&");
        Header[] headers = new Header[pairs.length];
        for (int i = 0; i < pairs.length; i++) {
            String[] pair = pairs[i].split("=", -1);
            headers[i] = new RecordHeader(new String(bytes(pair[0]), java.nio.charset.StandardCharsets.UTF_8), bytes(pair[1]));
        }
        return headers;
    }

    static String hex(ByteBuffer buffer) {
        if (buffer == null) return "-";
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return hex(copy);
    }

    static String hex(byte[] bytes) {
        return bytes == null ? "-" : HexFormat.of().formatHex(bytes);
    }
}
