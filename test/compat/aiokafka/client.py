"""aiokafka as a compat program; see test/compat/client.ts for its three commands."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition


def unhex(field):
    return None if field == "-" else bytes.fromhex(field[1:])


def tohex(content):
    return "-" if content is None else "x" + content.hex()


async def produce(bootstrap, topic, codec, corpus):
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, linger_ms=5,
        compression_type=None if codec == "none" else codec,
    )
    await producer.start()
    sent = []
    for line in open(corpus):
        fields = [unhex(field) for field in line.split()]
        headers = [(fields[i].decode(), fields[i + 1]) for i in range(2, len(fields), 2)]
        sent.append(await producer.send(topic, key=fields[0], value=fields[1], headers=headers))
    await asyncio.gather(*sent)
    await producer.stop()


async def consume(bootstrap, topic, count):
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    metadata = await consumer._client.fetch_all_metadata()
    partitions = [TopicPartition(topic, p) for p in metadata.partitions_for_topic(topic)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    lines = []
    while len(lines) < int(count):
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                fields = [str(record.partition), str(record.offset), tohex(record.key), tohex(record.value)]
                for name, content in record.headers:
                    fields += [tohex(name.encode()), tohex(content)]
                lines.append(" ".join(fields))
    print("\n".join(lines))
    await consumer.stop()


async def member(bootstrap, group, topic):
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=group, auto_offset_reset="earliest",
        session_timeout_ms=6000, heartbeat_interval_ms=500, enable_auto_commit=False, metadata_max_age_ms=2000,
    )
    await consumer.start()
    while True:
        batch = await consumer.getmany(timeout_ms=200)
        for records in batch.values():
            for record in records:
                print(record.partition, record.offset, flush=True)
        if batch:
            try:
                await consumer.commit()
            except Exception as rebalanced:  # the records are read again after the rebalance
                print(rebalanced, file=sys.stderr)


command, *arguments = sys.argv[1:]
asyncio.run({"produce": produce, "consume": consume, "member": member}[command](*arguments))
