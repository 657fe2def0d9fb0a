#include "batch.h"

#include <string.h>
#include <time.h>
#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

#include "base.h"
#include "wire.h"

enum { HEADER = 61, CRC_AT = 17, ATTRIBUTES_AT = 21 };

static uint32_t crc32c(const uint8_t *bytes, size_t length) {
#ifdef __SSE4_2__
  uint64_t crc = 0xffffffff;
  for (; length >= 8; bytes += 8, length -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    crc = _mm_crc32_u64(crc, word);
  }
  for (; length > 0; bytes++, length--) crc = _mm_crc32_u8((uint32_t)crc, *bytes);
  return ~(uint32_t)crc;
#else
  // Only done once a run, so the slow way will do.
  uint32_t crc = 0xffffffff;
  for (; length > 0; bytes++, length--) {
    crc ^= *bytes;
    for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
  }
  return ~crc;
#endif
}

static size_t body_size(int index, size_t value_bytes) {
  return 1 + varint_size(0) + varint_size(index) + varint_size(-1) + varint_size((int64_t)value_bytes) + value_bytes + varint_size(0);
}

static size_t record_size(int index, size_t value_bytes) {
  size_t body = body_size(index, value_bytes);
  return varint_size((int64_t)body) + body;
}

static uint8_t *put_record(uint8_t *at, int index, size_t value_bytes) {
  at = put_varint(at, (int64_t)body_size(index, value_bytes));
  at = put8(at, 0);
  at = put_varint(at, 0);
  at = put_varint(at, index);
  at = put_varint(at, -1);
  at = put_varint(at, (int64_t)value_bytes);
  for (size_t i = 0; i < value_bytes; i++) at[i] = (uint8_t)((size_t)index * 31 + i * 7);
  return put_varint(at + value_bytes, 0);
}

Batch make_batch(size_t record_bytes, size_t batch_bytes, int records) {
  size_t length = HEADER;
  int count = 0;
  for (; records > 0 ? count < records : count == 0 || length + record_size(count, record_bytes) <= batch_bytes; count++)
    length += record_size(count, record_bytes);

  Batch batch = {allocate(length), length, count};
  uint8_t *at = batch.bytes + HEADER;
  for (int i = 0; i < count; i++) at = put_record(at, i, record_bytes);

  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  int64_t milliseconds = (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
  uint8_t *header = put64(batch.bytes, 0);
  header = put32(header, (int64_t)batch.length - 12);
  header = put32(header, -1);
  header = put8(header, 2);
  header = put32(header, 0);
  header = put16(header, 0);
  header = put32(header, count - 1);
  header = put64(header, milliseconds);
  header = put64(header, milliseconds);
  header = put64(header, -1);
  header = put16(header, -1);
  header = put32(header, -1);
  put32(header, count);
  put32(batch.bytes + CRC_AT, crc32c(batch.bytes + ATTRIBUTES_AT, batch.length - ATTRIBUTES_AT));
  return batch;
}
