#include "base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

void sleep_for(double seconds) {
  if (seconds <= 0) return;
  struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
  nanosleep(&time, NULL);
}

double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

_Noreturn void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "load: ");
  vfprintf(stderr, format, arguments);
  fprintf(stderr, "\n");
  va_end(arguments);
  exit(1);
}

void *allocate(size_t bytes) {
  void *memory = calloc(1, bytes);
  if (memory == NULL) die("no memory for %zu bytes", bytes);
  return memory;
}

static struct { const char *name; size_t name_length; const char *value; int known; } options[64];
static int option_count;

void read_options(int count, char **words) {
  if (count > 64) die("too many options");
  for (int i = 0; i < count; i++) {
    const char *equals = strchr(words[i], '=');
    if (equals == NULL) die("'%s' is not of the form name=value", words[i]);
    options[option_count].name = words[i];
    options[option_count].name_length = (size_t)(equals - words[i]);
    options[option_count].value = equals + 1;
    option_count++;
  }
}

const char *text_option(const char *name, const char *fallback) {
  for (int i = 0; i < option_count; i++) {
    if (options[i].name_length != strlen(name) || strncmp(options[i].name, name, options[i].name_length) != 0) continue;
    options[i].known = 1;
    return options[i].value;
  }
  if (fallback == NULL) die("%s= is needed", name);
  return fallback;
}

long number_option(const char *name, long fallback) {
  const char *text = text_option(name, "");
  return *text == 0 ? fallback : strtol(text, NULL, 10);
}

double real_option(const char *name, double fallback) {
  const char *text = text_option(name, "");
  return *text == 0 ? fallback : strtod(text, NULL);
}

void refuse_unknown_options(void) {
  for (int i = 0; i < option_count; i++)
    if (!options[i].known) die("nobody knows the option %.*s", (int)options[i].name_length, options[i].name);
}
