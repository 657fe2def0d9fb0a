// When a broker that has just been started acknowledges its first record, by the monotonic clock: tries to connect, and to produce,
// until it does.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "batch.h"
#include "commands.h"
#include "requests.h"

void first_command(int port) {
  const char *topic = text_option("topic", NULL);
  int partition = (int)number_option("partition", 0), acks = (int)number_option("acks", -1);
  double since = now(), timeout = real_option("timeout", 300);
  refuse_unknown_options();
  Batch batch = make_batch(100, 0, 1);
  Frame frame = produce_request(topic, partition, &batch, acks);

  Connection connection;
  while (!try_connect(&connection, port)) {
    if (now() - since > timeout) die("nobody listens on port %d after %.0f s: %s", port, timeout, strerror(errno));
    sleep_for(0.0005);
  }
  double connected = now();
  int attempts = 0;
  for (;;) {
    Reader answer = ask(&connection, frame.bytes, frame.length);
    int error = read_produced(&answer).error;
    attempts++;
    if (error == 0) break;
    if (now() - since > timeout) die("still error %d after %.0f s", error, timeout);
    sleep_for(0.001);
  }
  printf("{\"connectedAt\":%.4f,\"acknowledgedAt\":%.4f,\"attempts\":%d}\n", connected, now(), attempts);
}
