"""confluent-kafka as a compat program; see test/compat/client.ts for its three commands."""

import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Producer, TopicPartition


def unhex(field):
    return None if field == "-" else bytes.fromhex(field[1:])


def tohex(content):
    return "-" if content is None else "x" + content.hex()


def produce(bootstrap, topic, codec, corpus):
    failures = []
    producer = Producer({"bootstrap.servers": bootstrap, "compression.type": codec, "enable.idempotence": True, "linger.ms": 5})
    for line in open(corpus):
        fields = [unhex(field) for field in line.split()]
        headers = [(fields[i].decode(), fields[i + 1]) for i in range(2, len(fields), 2)]
        producer.produce(topic, key=fields[0], value=fields[1], headers=headers, on_delivery=lambda e, _: e and failures.append(e))
        producer.poll(0)
    if producer.flush(60) or failures:
        sys.exit(f"not delivered: {failures[:1]}")


def consume(bootstrap, topic, count):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "compat-plain", "enable.auto.commit": False})
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    consumer.assign([TopicPartition(topic, p, OFFSET_BEGINNING) for p in partitions])
    lines = []
    while len(lines) < count:
        for record in consumer.consume(500, timeout=0.5):
            if record.error():
                raise SystemExit(str(record.error()))
            fields = [str(record.partition()), str(record.offset()), tohex(record.key()), tohex(record.value())]
            for name, content in record.headers() or []:
                fields += [tohex(name.encode()), tohex(content)]
            lines.append(" ".join(fields))
    print("\n".join(lines))
    consumer.close()


def member(bootstrap, group, topic):
    consumer = Consumer({
        "bootstrap.servers": bootstrap, "group.id": group, "auto.offset.reset": "earliest",
        "session.timeout.ms": 6000, "heartbeat.interval.ms": 500, "enable.auto.commit": False,
    })
    consumer.subscribe([topic])
    while True:
        record = consumer.poll(0.2)
        if record is None:
            continue
        if record.error():
            if record.error().code() != KafkaError._PARTITION_EOF:
                print(record.error(), file=sys.stderr)
            continue
        print(record.partition(), record.offset(), flush=True)
        consumer.commit(record, asynchronous=True)


command, *arguments = sys.argv[1:]
if command == "consume":
    consume(arguments[0], arguments[1], int(arguments[2]))
else:
    {"produce": produce, "member": member}[command](*arguments)
