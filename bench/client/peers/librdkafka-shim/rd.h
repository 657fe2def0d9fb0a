/*
 * What rdkafka_performance.c, librdkafka's own performance tool, takes from the inside of librdkafka. Debian's librdkafka-dev brings
 * the tool's source and the public header; with these few lines it compiles against any build of the library.
 */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

typedef int64_t rd_ts_t;
#define RD_UNUSED __attribute__((unused))
#define RD_INLINE inline
#define RD_MIN(a, b) ((a) < (b) ? (a) : (b))
#define RD_MAX(a, b) ((a) > (b) ? (a) : (b))
#define rd_snprintf snprintf

/* Monotonic microseconds. */
static inline RD_UNUSED rd_ts_t rd_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (rd_ts_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
