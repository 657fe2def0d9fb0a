import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;

/**
 * The other side of java.io.test.ts: assigns with Kafka's own classes. One command a line, one line of answer:
 *
 *   assign range r1,-,r2 a=0.1/1.2;b=0 m1,-,hex;m2,i2,hex   racks by broker, replicas by partition, members with instance id and subscription
 *   userdata sticky 5 hex                                   what a member says after that assignment of generation 5
 *   subscription hex                                        a subscription, read and written again
 */
class JavaAssignors {
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = in.readLine()) != null; ) {
            String[] words = line.split(" ");
            try {
                switch (words[0]) {
                    case "assign": System.out.println(assign(assignor(words[1]), cluster(words[2], words[3]), words[4])); break;
                    case "userdata": System.out.println(userData(assignor(words[1]), Integer.parseInt(words[2]), words[3])); break;
                    default: System.out.println(hex(ConsumerProtocol.serializeSubscription(ConsumerProtocol.deserializeSubscription(bytes(words[1])))));
                }
            } catch (Exception e) {
                System.out.println("error " + e);
            }
        }
    }

    static ConsumerPartitionAssignor assignor(String name) {
        switch (name) {
            case "range": return new RangeAssignor();
            case "roundrobin": return new RoundRobinAssignor();
            case "sticky": return new StickyAssignor();
            default: return new CooperativeStickyAssignor();
        }
    }

    static Cluster cluster(String racks, String topics) {
        List<Node> nodes = new ArrayList<>();
        for (String rack : racks.split(",")) nodes.add(new Node(nodes.size(), "b" + nodes.size(), 9092, rack.equals("-") ? null : rack));
        List<PartitionInfo> partitions = new ArrayList<>();
        for (String topic : topics.split(";")) {
            String[] parts = topic.split("=");
            String[] placed = parts[1].split("/");
            for (int p = 0; p < placed.length; p++) {
                List<Node> replicas = new ArrayList<>();
                for (String id : placed[p].split("\\.")) replicas.add(nodes.get(Integer.parseInt(id)));
                Node[] all = replicas.toArray(new Node[0]);
                partitions.add(new PartitionInfo(parts[0], p, all[0], all, all));
            }
        }
        return new Cluster("java", nodes, partitions, Set.of(), Set.of());
    }

    static String assign(ConsumerPartitionAssignor assignor, Cluster cluster, String members) {
        Map<String, Subscription> subscriptions = new HashMap<>();
        for (String member : members.split(";")) {
            String[] parts = member.split(",");
            Subscription subscription = ConsumerProtocol.deserializeSubscription(bytes(parts[2]));
            subscription.setGroupInstanceId(parts[1].equals("-") ? Optional.empty() : Optional.of(parts[1]));
            subscriptions.put(parts[0], subscription);
        }
        Map<String, Assignment> assigned = new TreeMap<>(assignor.assign(cluster, new GroupSubscription(subscriptions)).groupAssignment());
        List<String> said = new ArrayList<>();
        assigned.forEach((member, assignment) -> said.add(member + "=" + hex(ConsumerProtocol.serializeAssignment(assignment))));
        return String.join(";", said);
    }

    static String userData(ConsumerPartitionAssignor assignor, int generation, String assignment) {
        assignor.onAssignment(ConsumerProtocol.deserializeAssignment(bytes(assignment)), new ConsumerGroupMetadata("g", generation, "m", Optional.empty()));
        return hex(assignor.subscriptionUserData(Set.of("a")));
    }

    static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    static String hex(ByteBuffer buffer) {
        byte[] all = new byte[buffer.remaining()];
        buffer.duplicate().get(all);
        return HexFormat.of().formatHex(all);
    }
}
