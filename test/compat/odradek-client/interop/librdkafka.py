"""librdkafka beside our client, by confluent-kafka: the member of Interop.java with the same arguments and the same output."""

import sys
import threading

from confluent_kafka import Consumer, KafkaError

bootstrap, topic, *settings = sys.argv[1:]
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
consumer = Consumer({
    "bootstrap.servers": bootstrap, "auto.offset.reset": "earliest", "enable.auto.commit": False,
    **dict(line.split("=", 1) for line in settings),
})
consumer.subscribe([topic])
before = None
while not ended.is_set():
    record = consumer.poll(0.1)
    assigned = ",".join(str(p) for p in sorted(place.partition for place in consumer.assignment()))
    if assigned != before:
        before = assigned
        print("assigned", assigned, flush=True)
    if record is None:
        continue
    if record.error():
        if record.error().code() != KafkaError._PARTITION_EOF:
            print(record.error(), file=sys.stderr)
        continue
    print("record", record.partition(), record.offset(), (record.value() or b"").decode(), flush=True)
    try:
        consumer.commit(record, asynchronous=False)
    except Exception as error:
        print(error, file=sys.stderr)
consumer.close()
