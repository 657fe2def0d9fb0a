#include "samples.h"

#include <stdio.h>
#include <stdlib.h>

#include "base.h"

void add_sample(Samples *samples, double seconds) {
  if (samples->count == samples->capacity) {
    samples->capacity = samples->capacity == 0 ? 4096 : samples->capacity * 2;
    samples->seconds = realloc(samples->seconds, samples->capacity * sizeof(double));
    if (samples->seconds == NULL) die("no memory for %zu samples", samples->capacity);
  }
  samples->seconds[samples->count++] = seconds;
}

static int by_size(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return a < b ? -1 : a > b;
}

static double percentile(const Samples *samples, double part) {
  size_t index = (size_t)((double)samples->count * part);
  if (index >= samples->count) index = samples->count - 1;
  return samples->seconds[index] * 1e3;
}

void print_samples(const char *name, Samples *samples) {
  printf("\"%s\":{\"count\":%zu", name, samples->count);
  if (samples->count > 0) {
    qsort(samples->seconds, samples->count, sizeof(double), by_size);
    printf(",\"p50\":%.4f,\"p99\":%.4f", percentile(samples, 0.5), percentile(samples, 0.99));
    if (samples->count >= 10000) printf(",\"p999\":%.4f", percentile(samples, 0.999));
    printf(",\"max\":%.4f", percentile(samples, 1));
  }
  printf("}");
}
