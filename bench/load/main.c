// A load generator for brokers of Kafka's protocol: raw frames, no client in the way. See README.md one folder above.
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base.h"
#include "commands.h"

static const struct { const char *name; void (*run)(int port); const char *help; } commands[] = {
  {"produce", produce_command, "topic= partitions=1 connections=1 in_flight=5 record=100 batch=1000 acks=-1 seconds=1 requests=0"},
  {"fetch", fetch_command, "topic= partition=0 max_bytes=1048576 seconds=1"},
  {"latency", latency_command, "topic= rate=1000 record=100 records=10 acks=-1 seconds=5 consume=1"},
  {"topics", topics_command, "action=create|delete prefix= count=1 partitions=1 requests=1 config=name:value,…"},
  {"first", first_command, "topic= partition=0 acks=-1 timeout=300"},
  {"idle", idle_command, "connections=1000   (stays until its input ends)"},
  {"groups", groups_command, "groups=1 members=1 rounds=0 topic=t prefix=g"},
};

int main(int count, char **words) {
  // Wake up when asked, not up to 50 µs later.
  prctl(PR_SET_TIMERSLACK, 1);
  // As many connections as the system allows.
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  for (size_t i = 0; count >= 3 && i < sizeof commands / sizeof *commands; i++) {
    if (strcmp(words[1], commands[i].name) != 0) continue;
    read_options(count - 2, words + 2);
    commands[i].run((int)number_option("port", 9092));
    return 0;
  }
  fprintf(stderr, "load COMMAND port=9092 name=value …\n");
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) fprintf(stderr, "  %-8s %s\n", commands[i].name, commands[i].help);
  return 2;
}
