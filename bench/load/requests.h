// The requests and answers that several commands use.
#ifndef REQUESTS_H
#define REQUESTS_H

#include "batch.h"
#include "connection.h"

// A produce request for one partition, in memory of its own.
typedef struct { uint8_t *bytes; size_t length; } Frame;
Frame produce_request(const char *topic, int partition, const Batch *batch, int acks);

typedef struct { int error; int64_t base_offset; } Produced;
Produced read_produced(Reader *answer);

size_t fetch_request(uint8_t *frame, const char *topic, int partition, int64_t offset, int max_bytes, int max_wait_ms);

typedef struct { int error; int64_t high_watermark; const uint8_t *records; int32_t length; } Fetched;
Fetched read_fetched(Reader *answer);

// Offset behind the last whole batch of a fetch answer; adds up its records.
int64_t count_records(const Fetched *fetched, int64_t offset, long *records);

// Waits until each partition of the topic has a leader, as clients do before they begin.
void await_leaders(Connection *connection, const char *topic, int partitions);
int64_t end_offset(Connection *connection, const char *topic, int partition);

#endif
