// Creates or deletes topics PREFIX-0 to PREFIX-(count − 1), spread over a number of requests.
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "commands.h"
#include "requests.h"

static const char *name_of(const char *prefix, int index, int count) {
  static char name[256];
  // A single topic has just the name, so that other commands can be told it.
  if (count == 1) snprintf(name, sizeof name, "%s", prefix);
  else snprintf(name, sizeof name, "%s-%d", prefix, index);
  return name;
}

// name:value,name:value
static uint8_t *put_configs(uint8_t *at, const char *configs) {
  uint8_t *count_at = at;
  int count = 0;
  at = put32(at, 0);
  char copy[1024];
  snprintf(copy, sizeof copy, "%s", configs);
  for (char *pair = strtok(copy, ","); pair != NULL; pair = strtok(NULL, ",")) {
    char *colon = strchr(pair, ':');
    if (colon == NULL) die("config '%s' is not of the form name:value", pair);
    *colon = 0;
    at = put_string(at, pair);
    at = put_string(at, colon + 1);
    count++;
  }
  put32(count_at, count);
  return at;
}

void topics_command(int port) {
  const char *action = text_option("action", "create"), *prefix = text_option("prefix", NULL), *configs = text_option("config", "");
  int count = (int)number_option("count", 1), requests = (int)number_option("requests", 1);
  int partitions = (int)number_option("partitions", 1);
  refuse_unknown_options();
  int creating = strcmp(action, "create") == 0;
  if (!creating && strcmp(action, "delete") != 0) die("action is create or delete");

  Connection connection;
  open_connection(&connection, port);
  uint8_t *frame = allocate(1024 + (size_t)count * (strlen(prefix) + strlen(configs) + 64));
  long errors = 0;
  int first_error = 0;
  double start = now();
  for (int request = 0; request < requests; request++) {
    int from = count * request / requests, to = count * (request + 1) / requests;
    uint8_t *at = begin_frame(frame, creating ? CREATE_TOPICS : DELETE_TOPICS, creating ? 4 : 3);
    at = put32(at, to - from);
    for (int i = from; i < to; i++) {
      at = put_string(at, name_of(prefix, i, count));
      if (!creating) continue;
      at = put32(at, partitions);
      at = put16(at, 1);
      at = put32(at, 0);  // no assignments
      at = put_configs(at, configs);
    }
    at = put32(at, 60000);
    if (creating) at = put8(at, 0);
    Reader answer = ask(&connection, frame, end_frame(frame, at));
    get32(&answer);  // throttle time
    int32_t answers = get32(&answer);
    for (int32_t i = 0; i < answers; i++) {
      skip_string(&answer);
      int error = get16(&answer);
      if (creating) skip_string(&answer);
      if (error != 0 && errors++ == 0) first_error = error;
    }
  }
  double answered = now() - start;
  if (creating && errors == 0) await_leaders(&connection, name_of(prefix, count - 1, count), partitions);
  printf("{\"topics\":%d,\"errors\":%ld,\"firstError\":%d,\"seconds\":%.4f,\"readySeconds\":%.4f}\n",
         count, errors, first_error, answered, now() - start);
}
