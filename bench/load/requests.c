#include "requests.h"

#include <string.h>

#include "base.h"

typedef struct { int error; int64_t offset; } Listed;

Frame produce_request(const char *topic, int partition, const Batch *batch, int acks) {
  Frame frame = {allocate(batch->length + strlen(topic) + 128), 0};
  uint8_t *at = begin_frame(frame.bytes, PRODUCE, 7);
  at = put_null_string(at);  // transactional id
  at = put16(at, acks);
  at = put32(at, 30000);
  at = put32(at, 1);
  at = put_string(at, topic);
  at = put32(at, 1);
  at = put32(at, partition);
  at = put_bytes(at, batch->bytes, batch->length);
  frame.length = end_frame(frame.bytes, at);
  return frame;
}

Produced read_produced(Reader *answer) {
  get32(answer);  // one topic
  skip_string(answer);
  get32(answer);  // one partition
  get32(answer);
  int error = get16(answer);
  return (Produced){error, get64(answer)};
}

size_t fetch_request(uint8_t *frame, const char *topic, int partition, int64_t offset, int max_bytes, int max_wait_ms) {
  uint8_t *at = begin_frame(frame, FETCH, 11);
  at = put32(at, -1);  // a consumer, not a replica
  at = put32(at, max_wait_ms);
  at = put32(at, 1);  // min bytes
  at = put32(at, max_bytes);
  at = put8(at, 0);    // read uncommitted
  at = put32(at, 0);   // no session
  at = put32(at, -1);
  at = put32(at, 1);
  at = put_string(at, topic);
  at = put32(at, 1);
  at = put32(at, partition);
  at = put32(at, -1);  // leader epoch not known
  at = put64(at, offset);
  at = put64(at, -1);  // log start
  at = put32(at, max_bytes);
  at = put32(at, 0);  // nothing to forget
  at = put_string(at, "");
  return end_frame(frame, at);
}

Fetched read_fetched(Reader *answer) {
  get32(answer);  // throttle time
  Fetched fetched = {get16(answer), 0, NULL, 0};
  get32(answer);  // session
  if (fetched.error != 0) return fetched;
  get32(answer);
  skip_string(answer);
  get32(answer);
  get32(answer);  // partition
  fetched.error = get16(answer);
  fetched.high_watermark = get64(answer);
  skip(answer, 16);  // last stable offset, log start
  int32_t aborted = get32(answer);
  if (aborted > 0) skip(answer, (size_t)aborted * 16);
  get32(answer);  // preferred replica
  fetched.records = get_bytes(answer, &fetched.length);
  return fetched;
}

int64_t count_records(const Fetched *fetched, int64_t offset, long *records) {
  Reader reader = {fetched->records, fetched->records + (fetched->length > 0 ? fetched->length : 0)};
  while (reader.end - reader.at >= 61) {
    const uint8_t *batch = reader.at;
    int64_t base = get64(&reader);
    int32_t length = get32(&reader);
    if (reader.end - reader.at < length) break;
    Reader delta = {batch + 23, reader.end};
    int32_t last = get32(&delta);
    *records += last + 1;
    offset = base + last + 1;
    skip(&reader, (size_t)length);
  }
  return offset;
}

static size_t list_offsets_request(uint8_t *frame, const char *topic, int partition) {
  uint8_t *at = begin_frame(frame, LIST_OFFSETS, 1);
  at = put32(at, -1);
  at = put32(at, 1);
  at = put_string(at, topic);
  at = put32(at, 1);
  at = put32(at, partition);
  at = put64(at, -1);  // the end
  return end_frame(frame, at);
}

static Listed read_listed(Reader *answer) {
  get32(answer);
  skip_string(answer);
  get32(answer);
  get32(answer);
  int error = get16(answer);
  get64(answer);  // timestamp
  return (Listed){error, get64(answer)};
}

static int leaders_of(Reader *answer) {
  int32_t brokers = get32(answer);
  for (int32_t i = 0; i < brokers; i++) {
    get32(answer);
    skip_string(answer);
    get32(answer);
    skip_string(answer);  // rack
  }
  get32(answer);  // controller
  int leaders = 0;
  int32_t topics = get32(answer);
  for (int32_t i = 0; i < topics; i++) {
    get16(answer);
    skip_string(answer);
    get8(answer);  // internal
    int32_t partitions = get32(answer);
    for (int32_t j = 0; j < partitions; j++) {
      int error = get16(answer);
      get32(answer);
      int leader = get32(answer);
      skip(answer, 4 * (size_t)get32(answer));  // replicas
      skip(answer, 4 * (size_t)get32(answer));  // in-sync replicas
      if (error == 0 && leader >= 0) leaders++;
    }
  }
  return leaders;
}

// A leader that metadata knows of may not have heard of it yet itself; then it answers with an error for a moment.
static int can_list(Connection *connection, const char *topic, int partition) {
  uint8_t frame[512];
  Reader answer = ask(connection, frame, list_offsets_request(frame, topic, partition));
  return read_listed(&answer).error == 0;
}

void await_leaders(Connection *connection, const char *topic, int partitions) {
  uint8_t frame[512];
  uint8_t *at = begin_frame(frame, METADATA, 1);
  at = put32(at, 1);
  at = put_string(at, topic);
  size_t length = end_frame(frame, at);
  for (double deadline = now() + 60; now() < deadline; sleep_for(0.005)) {
    Reader answer = ask(connection, frame, length);
    if (leaders_of(&answer) < partitions) continue;
    int able = 0;
    while (able < partitions && can_list(connection, topic, able)) able++;
    if (able == partitions) return;
  }
  die("topic %s has no leaders after a minute", topic);
}

int64_t end_offset(Connection *connection, const char *topic, int partition) {
  uint8_t frame[512];
  Reader answer = ask(connection, frame, list_offsets_request(frame, topic, partition));
  Listed listed = read_listed(&answer);
  if (listed.error != 0) die("ListOffsets answers error %d", listed.error);
  return listed.offset;
}
