import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.*;

/** The Java client as a compat program; see test/compat/client.ts for its three commands. */
public class Client {
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "produce" -> produce(args[1], args[2], args[3], args[4]);
            case "consume" -> consume(args[1], args[2], Integer.parseInt(args[3]));
            case "member" -> member(args[1], args[2], args[3]);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** "-" is null, "x" and hex are bytes. */
    static byte[] bytes(String field) {
        return field.equals("-") ? null : HexFormat.of().parseHex(field, 1, field.length());
    }

    static String field(byte[] bytes) {
        return bytes == null ? "-" : "x" + HexFormat.of().formatHex(bytes);
    }

    static void produce(String bootstrap, String topic, String codec, String corpus) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("compression.type", codec);
        settings.put("linger.ms", "5");
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (String line : Files.readAllLines(Path.of(corpus))) {
                String[] fields = line.split(" ");
                RecordHeaders headers = new RecordHeaders();
                for (int i = 2; i < fields.length; i += 2)
                    headers.add(new String(bytes(fields[i]), StandardCharsets.UTF_8), bytes(fields[i + 1]));
                sent.add(producer.send(new ProducerRecord<>(topic, null, null, bytes(fields[0]), bytes(fields[1]), headers)));
            }
            for (Future<RecordMetadata> one : sent) one.get();
        }
    }

    static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, String group) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("auto.offset.reset", "earliest");
        settings.put("session.timeout.ms", "6000");
        settings.put("heartbeat.interval.ms", "500");
        settings.put("enable.auto.commit", "false");
        if (group != null) settings.put("group.id", group);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static void consume(String bootstrap, String topic, int count) throws Exception {
        try (var consumer = consumer(bootstrap, null)) {
            var partitions = consumer.partitionsFor(topic).stream()
                .map(p -> new org.apache.kafka.common.TopicPartition(topic, p.partition())).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            PrintStream out = new PrintStream(new BufferedOutputStream(System.out), false, StandardCharsets.UTF_8);
            int seen = 0;
            while (seen < count) {
                for (var record : consumer.poll(Duration.ofMillis(500))) {
                    StringBuilder line = new StringBuilder();
                    line.append(record.partition()).append(' ').append(record.offset());
                    line.append(' ').append(field(record.key())).append(' ').append(field(record.value()));
                    for (Header header : record.headers())
                        line.append(' ').append(field(header.key().getBytes(StandardCharsets.UTF_8))).append(' ').append(field(header.value()));
                    out.println(line);
                    seen++;
                }
            }
            out.flush();
        }
    }

    static void member(String bootstrap, String group, String topic) {
        var consumer = consumer(bootstrap, group);
        consumer.subscribe(List.of(topic));
        while (true) {
            var records = consumer.poll(Duration.ofMillis(200));
            for (var record : records) System.out.println(record.partition() + " " + record.offset());
            System.out.flush();
            if (!records.isEmpty()) try { consumer.commitSync(); } catch (CommitFailedException rebalanced) { /* read again after the rebalance */ }
        }
    }
}
