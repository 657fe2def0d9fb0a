import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Apache Kafka's Java client beside ours. Members and readers take the rest of their settings as key=value, and end when their input does.
 *
 *     partition COUNT                        a key in hex on each line of the input; its partition of COUNT on each of the output
 *     member BOOTSTRAP TOPIC [key=value]…    prints `assigned p,p` whenever that changes and `record p offset value`, commits what it printed
 *     transact BOOTSTRAP TOPIC ID            one transaction committed, one aborted, one committed
 */
public class Interop {
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "partition" -> partition(Integer.parseInt(args[1]));
      case "member" -> member(args);
      default -> transact(args[1], args[2], args[3]);
    }
  }

  private static void partition(int count) throws Exception {
    var out = new StringBuilder();
    try (var in = new BufferedReader(new InputStreamReader(System.in))) {
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        out.append(BuiltInPartitioner.partitionForKey(HexFormat.of().parseHex(line), count)).append('\n');
      }
    }
    System.out.print(out);
  }

  private static void member(String[] args) throws Exception {
    var props = new Properties();
    props.put("bootstrap.servers", args[1]);
    props.put("auto.offset.reset", "earliest");
    props.put("enable.auto.commit", "false");
    for (int i = 3; i < args.length; i++) {
      var at = args[i].indexOf('=');
      props.put(args[i].substring(0, at), args[i].substring(at + 1));
    }
    var deserializer = new StringDeserializer();
    var consumer = new KafkaConsumer<>(props, deserializer, deserializer);
    var input = new Thread(() -> {
      try {
        while (System.in.read() >= 0) continue;
      } catch (Exception e) {
        // The end, too.
      }
      consumer.wakeup();
    });
    input.setDaemon(true);
    input.start();
    consumer.subscribe(List.of(args[2]));
    Set<TopicPartition> before = null;
    try {
      while (true) {
        var records = consumer.poll(Duration.ofMillis(100));
        if (!consumer.assignment().equals(before)) {
          before = Set.copyOf(consumer.assignment());
          var numbers = before.stream().map(TopicPartition::partition).collect(Collectors.toCollection(TreeSet::new));
          System.out.println("assigned " + numbers.stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
        for (ConsumerRecord<String, String> record : records) {
          System.out.println("record " + record.partition() + " " + record.offset() + " " + record.value());
        }
        if (!records.isEmpty()) consumer.commitSync();
      }
    } catch (WakeupException e) {
      // It was asked to end.
    } finally {
      consumer.close();
    }
  }

  private static void transact(String bootstrap, String topic, String id) {
    var props = new Properties();
    props.put("bootstrap.servers", bootstrap);
    props.put("transactional.id", id);
    var serializer = new StringSerializer();
    try (var producer = new KafkaProducer<>(props, serializer, serializer)) {
      producer.initTransactions();
      for (var word : List.of("java commit 1", "java abort", "java commit 2")) {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, word));
        if (word.contains("abort")) {
          producer.flush();
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
    }
  }
}
