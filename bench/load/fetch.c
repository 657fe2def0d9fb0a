// One consumer, one fetch under way, from the start of a partition to its end and again.
#include <stdio.h>

#include "base.h"
#include "commands.h"
#include "requests.h"
#include "samples.h"

void fetch_command(int port) {
  const char *topic = text_option("topic", NULL);
  int partition = (int)number_option("partition", 0), max_bytes = (int)number_option("max_bytes", 1048576);
  double seconds = real_option("seconds", 1);
  refuse_unknown_options();

  Connection connection;
  open_connection(&connection, port);
  await_leaders(&connection, topic, partition + 1);
  uint8_t frame[512];
  long requests = 0, records = 0, rounds = 0;
  double bytes = 0, cpu = cpu_seconds(), start = now();
  Samples latency = {0};
  for (int64_t offset = 0; now() < start + seconds;) {
    double sent = now();
    Reader answer = ask(&connection, frame, fetch_request(frame, topic, partition, offset, max_bytes, 500));
    add_sample(&latency, now() - sent);
    Fetched fetched = read_fetched(&answer);
    if (fetched.error != 0) die("fetch answers error %d", fetched.error);
    int64_t next = count_records(&fetched, offset, &records);
    if (next == offset && offset < fetched.high_watermark) die("fetch gave no whole batch at offset %ld", (long)offset);
    if (fetched.high_watermark == 0) die("partition %d of %s is empty", partition, topic);
    requests++;
    bytes += fetched.length;
    offset = next;
    if (offset >= fetched.high_watermark) {
      offset = 0;
      rounds++;
    }
  }
  double took = now() - start;

  printf("{\"requests\":%ld,\"records\":%ld,\"bytes\":%.0f,\"seconds\":%.4f,\"rounds\":%ld,\"loadCpu\":%.4f,",
         requests, records, bytes, took, rounds, cpu_seconds() - cpu);
  print_samples("latency", &latency);
  printf("}\n");
}
