// Durations of single requests. Every one is kept, so that percentiles are exact.
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stddef.h>

typedef struct { double *seconds; size_t count, capacity; } Samples;

void add_sample(Samples *samples, double seconds);
// Prints `"name":{"count":…,"p50":…,"p99":…,"p999":…,"max":…}` in milliseconds. Below 10 000 samples p999 is left out: it would be
// a handful of requests.
void print_samples(const char *name, Samples *samples);

#endif
