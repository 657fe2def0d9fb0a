// Batches at a steady rate, whatever the broker does: an open loop. A batch that goes out late counts from when it was due, so that a
// stall of the broker is seen by everyone who would have waited, not only by the one request that met it.
#include <math.h>
#include <stdio.h>
#include <time.h>

#include "base.h"
#include "batch.h"
#include "commands.h"
#include "requests.h"
#include "samples.h"

typedef struct {
  double start, interval;
  long total;
} Schedule;

static double due(const Schedule *schedule, long index) { return schedule->start + (double)index * schedule->interval; }

// What a long-polling consumer at the end of the partition has seen.
typedef struct {
  Connection connection;
  const char *topic;
  int64_t first_offset, offset;
  int records_per_batch;
  long seen;
  uint8_t frame[512];
} Consumer;

static void poll_again(Consumer *consumer) {
  size_t length = fetch_request(consumer->frame, consumer->topic, 0, consumer->offset, 1 << 20, 500);
  send_frame(&consumer->connection, consumer->frame, length);
}

static void take_fetched(Consumer *consumer, const Schedule *schedule, Samples *latency) {
  receive(&consumer->connection);
  Reader answer;
  if (!next_answer(&consumer->connection, &answer)) return;
  double time = now();
  Fetched fetched = read_fetched(&answer);
  if (fetched.error != 0) die("fetch answers error %d", fetched.error);
  long records = 0;
  consumer->offset = count_records(&fetched, consumer->offset, &records);
  long batches = (long)((consumer->offset - consumer->first_offset) / consumer->records_per_batch);
  for (; consumer->seen < batches; consumer->seen++) add_sample(latency, time - due(schedule, consumer->seen));
  poll_again(consumer);
}

void latency_command(int port) {
  const char *topic = text_option("topic", NULL);
  double rate = real_option("rate", 1000), seconds = real_option("seconds", 5);
  int records = (int)number_option("records", 10), acks = (int)number_option("acks", -1), consume = (int)number_option("consume", 1);
  Batch batch = make_batch((size_t)number_option("record", 100), 0, records);
  refuse_unknown_options();

  Connection producer;
  open_connection(&producer, port);
  await_leaders(&producer, topic, 1);
  Consumer consumer = {.topic = topic, .records_per_batch = batch.records};
  consumer.first_offset = consumer.offset = end_offset(&producer, topic, 0);
  open_connection(&consumer.connection, port);
  if (consume) poll_again(&consumer);
  Frame frame = produce_request(topic, 0, &batch, acks);

  Samples acked = {0}, seen = {0}, late = {0};
  Schedule schedule = {now() + 0.01, 1 / rate, lround(rate * seconds)};
  long sent = 0, answered = 0, errors = 0;
  double cpu = cpu_seconds(), give_up = due(&schedule, schedule.total) + 30;
  while (answered < schedule.total || (consume && consumer.seen < schedule.total)) {
    double time = now();
    if (time > give_up) break;
    while (sent < schedule.total && due(&schedule, sent) <= now() && flush_out(&producer)) {
      add_sample(&late, now() - due(&schedule, sent));
      send_frame(&producer, frame.bytes, frame.length);
      sent++;
    }
    double wait = sent < schedule.total && idle_out(&producer) ? fmax(0, due(&schedule, sent) - now()) : 0.1;
    struct timespec timeout = {(time_t)wait, (long)((wait - floor(wait)) * 1e9)};
    struct pollfd entries[2] = {poll_entry(&producer), poll_entry(&consumer.connection)};
    if (ppoll(entries, consume ? 2 : 1, &timeout, NULL) <= 0) continue;
    if (entries[0].revents & (POLLIN | POLLHUP | POLLERR)) {
      receive(&producer);
      Reader answer;
      while (next_answer(&producer, &answer)) {
        if (read_produced(&answer).error != 0) errors++;
        add_sample(&acked, now() - due(&schedule, answered++));
      }
    }
    if (consume && entries[1].revents & (POLLIN | POLLHUP | POLLERR)) take_fetched(&consumer, &schedule, &seen);
  }

  double took = now() - schedule.start;
  printf("{\"due\":%ld,\"requests\":%ld,\"seen\":%ld,\"records\":%ld,\"bytes\":%.0f,", schedule.total, answered, consumer.seen,
         answered * batch.records, (double)answered * (double)batch.length);
  printf("\"seconds\":%.4f,\"errors\":%ld,\"loadCpu\":%.4f,", took, errors, cpu_seconds() - cpu);
  print_samples("ack", &acked);
  printf(",");
  print_samples("endToEnd", &seen);
  printf(",");
  print_samples("late", &late);
  printf("}\n");
}
