// Many connections that say who they are and then nothing more. Says when all are open, and keeps them until its input ends.
#include <stdio.h>

#include "base.h"
#include "commands.h"
#include "connection.h"

void idle_command(int port) {
  int count = (int)number_option("connections", 1000);
  refuse_unknown_options();
  Connection *connections = allocate((size_t)count * sizeof *connections);
  uint8_t frame[64];
  size_t length = end_frame(frame, begin_frame(frame, API_VERSIONS, 0));
  double start = now();
  for (int i = 0; i < count; i++) {
    open_connection(&connections[i], port);
    Reader answer = ask(&connections[i], frame, length);
    int error = get16(&answer);
    if (error != 0) die("ApiVersions answers error %d", error);
  }
  printf("{\"connections\":%d,\"seconds\":%.4f}\n", count, now() - start);
  fflush(stdout);
  while (getchar() != EOF);
}
