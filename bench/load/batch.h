// A record batch of magic 2, as a client sends it.
#ifndef BATCH_H
#define BATCH_H

#include <stddef.h>
#include <stdint.h>

typedef struct { uint8_t *bytes; size_t length; int records; } Batch;

// Fills a batch with records of `record_bytes` each (value without key): as many as fit into `batch_bytes`, at least one; or exactly
// `records` when that is not 0.
Batch make_batch(size_t record_bytes, size_t batch_bytes, int records);

#endif
