// franz-go as a compat program; see test/compat/client.ts for its three commands.
package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

func unhex(field string) []byte {
	if field == "-" {
		return nil
	}
	bytes, err := hex.DecodeString(field[1:])
	check(err)
	return append([]byte{}, bytes...)
}

func tohex(bytes []byte) string {
	if bytes == nil {
		return "-"
	}
	return "x" + hex.EncodeToString(bytes)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func client(bootstrap string, options ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(append(options, kgo.SeedBrokers(bootstrap))...)
	check(err)
	return made
}

func produce(bootstrap, topic, codec, corpus string) {
	codecs := map[string]kgo.CompressionCodec{"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(), "lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression()}
	producer := client(bootstrap, kgo.ProducerBatchCompression(codecs[codec]), kgo.ProducerLinger(5*time.Millisecond), kgo.AllowAutoTopicCreation())
	content, err := os.ReadFile(corpus)
	check(err)
	for _, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
		fields := strings.Split(line, " ")
		record := &kgo.Record{Topic: topic, Key: unhex(fields[0]), Value: unhex(fields[1])}
		for i := 2; i < len(fields); i += 2 {
			record.Headers = append(record.Headers, kgo.RecordHeader{Key: string(unhex(fields[i])), Value: unhex(fields[i+1])})
		}
		producer.Produce(context.Background(), record, func(_ *kgo.Record, err error) { check(err) })
	}
	check(producer.Flush(context.Background()))
	producer.Close()
}

func consume(bootstrap, topic string, count int) {
	consumer := client(bootstrap, kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	out := bufio.NewWriter(os.Stdout)
	for seen := 0; seen < count; {
		fetches := consumer.PollFetches(context.Background())
		check(fetches.Err())
		fetches.EachRecord(func(record *kgo.Record) {
			fmt.Fprintf(out, "%d %d %s %s", record.Partition, record.Offset, tohex(record.Key), tohex(record.Value))
			for _, header := range record.Headers {
				fmt.Fprintf(out, " %s %s", tohex([]byte(header.Key)), tohex(header.Value))
			}
			fmt.Fprintln(out)
			seen++
		})
	}
	out.Flush()
	consumer.Close()
}

func member(bootstrap, group, topic string) {
	consumer := client(bootstrap, kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.SessionTimeout(6*time.Second), kgo.HeartbeatInterval(500*time.Millisecond), kgo.AutoCommitInterval(100*time.Millisecond))
	for {
		consumer.PollFetches(context.Background()).EachRecord(func(record *kgo.Record) {
			fmt.Println(record.Partition, record.Offset)
		})
	}
}

func main() {
	arguments := os.Args[1:]
	switch arguments[0] {
	case "produce":
		produce(arguments[1], arguments[2], arguments[3], arguments[4])
	case "consume":
		count, err := strconv.Atoi(arguments[3])
		check(err)
		consume(arguments[1], arguments[2], count)
	case "member":
		member(arguments[1], arguments[2], arguments[3])
	}
}
