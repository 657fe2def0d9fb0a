// As fast as the broker answers: each connection keeps a number of requests under way and goes round the partitions.
#include <limits.h>
#include <stdio.h>

#include "base.h"
#include "batch.h"
#include "commands.h"
#include "requests.h"
#include "samples.h"

enum { MAX_IN_FLIGHT = 64 };

typedef struct {
  Connection connection;
  int in_flight, partition;
  // When the requests under way were sent, as a ring.
  double sent_at[MAX_IN_FLIGHT];
  unsigned first, next;
} Producer;

typedef struct { long requests, errors; int first_error; Samples latency; } Result;

// Sends until so many requests are under way, but no more than `left` altogether.
static void send_more(Producer *producer, const Frame *frames, int partitions, int in_flight, long *left) {
  while (flush_out(&producer->connection) && producer->in_flight < in_flight && *left > 0) {
    (*left)--;
    producer->sent_at[producer->next++ % MAX_IN_FLIGHT] = now();
    producer->in_flight++;
    const Frame *frame = &frames[producer->partition];
    producer->partition = (producer->partition + 1) % partitions;
    send_frame(&producer->connection, frame->bytes, frame->length);
  }
}

static void take_answers(Producer *producer, Result *result) {
  receive(&producer->connection);
  Reader answer;
  while (next_answer(&producer->connection, &answer)) {
    Produced produced = read_produced(&answer);
    if (produced.error != 0 && result->errors++ == 0) result->first_error = produced.error;
    add_sample(&result->latency, now() - producer->sent_at[producer->first++ % MAX_IN_FLIGHT]);
    producer->in_flight--;
    result->requests++;
  }
}

void produce_command(int port) {
  const char *topic = text_option("topic", NULL);
  int partitions = (int)number_option("partitions", 1), connections = (int)number_option("connections", 1);
  int in_flight = (int)number_option("in_flight", 5), acks = (int)number_option("acks", -1);
  double seconds = real_option("seconds", 1);
  long requests = number_option("requests", 0);
  Batch batch = make_batch((size_t)number_option("record", 100), (size_t)number_option("batch", 1000), (int)number_option("records", 0));
  refuse_unknown_options();
  if (in_flight > MAX_IN_FLIGHT) die("in_flight can be %d at most", MAX_IN_FLIGHT);
  if (acks == 0) die("acks=0 has no answers to wait for");

  Frame *frames = allocate((size_t)partitions * sizeof *frames);
  for (int i = 0; i < partitions; i++) frames[i] = produce_request(topic, i, &batch, acks);
  Producer *producers = allocate((size_t)connections * sizeof *producers);
  struct pollfd *entries = allocate((size_t)connections * sizeof *entries);
  for (int i = 0; i < connections; i++) {
    open_connection(&producers[i].connection, port);
    if (i == 0) await_leaders(&producers[0].connection, topic, partitions);
    producers[i].partition = i % partitions;
  }

  Result result = {0};
  double cpu = cpu_seconds(), start = now(), end = start + seconds;
  // Without a number of requests the clock alone ends it.
  long left = requests > 0 ? requests : LONG_MAX;
  for (int under_way = 1; under_way > 0;) {
    int sending = left > 0 && now() < end;
    under_way = sending;
    for (int i = 0; i < connections; i++) {
      send_more(&producers[i], frames, partitions, sending ? in_flight : 0, &left);
      under_way += producers[i].in_flight;
      entries[i] = poll_entry(&producers[i].connection);
    }
    if (under_way == 0) break;
    if (poll(entries, (nfds_t)connections, 60000) == 0) die("no answer within a minute");
    for (int i = 0; i < connections; i++)
      if (entries[i].revents & (POLLIN | POLLHUP | POLLERR)) take_answers(&producers[i], &result);
  }
  double took = now() - start;

  printf("{\"requests\":%ld,\"records\":%ld,\"bytes\":%.0f,\"seconds\":%.4f,", result.requests, result.requests * batch.records,
         (double)result.requests * (double)batch.length, took);
  printf("\"errors\":%ld,\"firstError\":%d,\"recordsPerBatch\":%d,\"batchBytes\":%zu,\"loadCpu\":%.4f,", result.errors,
         result.first_error, batch.records, batch.length, cpu_seconds() - cpu);
  print_samples("latency", &result.latency);
  printf("}\n");
}
