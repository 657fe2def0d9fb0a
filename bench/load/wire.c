#include "wire.h"

#include <string.h>

#include "base.h"

uint8_t *put8(uint8_t *at, int value) { *at = (uint8_t)value; return at + 1; }

uint8_t *put16(uint8_t *at, int value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
  return at + 2;
}

uint8_t *put32(uint8_t *at, int64_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> (24 - 8 * i));
  return at + 4;
}

uint8_t *put64(uint8_t *at, int64_t value) {
  for (int i = 0; i < 8; i++) at[i] = (uint8_t)(value >> (56 - 8 * i));
  return at + 8;
}

uint8_t *put_string(uint8_t *at, const char *text) {
  size_t length = strlen(text);
  at = put16(at, (int)length);
  memcpy(at, text, length);
  return at + length;
}

uint8_t *put_null_string(uint8_t *at) { return put16(at, -1); }

uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t length) {
  at = put32(at, (int64_t)length);
  memcpy(at, bytes, length);
  return at + length;
}

static uint64_t zigzag(int64_t value) { return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63); }

uint8_t *put_varint(uint8_t *at, int64_t value) {
  uint64_t rest = zigzag(value);
  for (; rest >= 0x80; rest >>= 7) *at++ = (uint8_t)(rest | 0x80);
  *at++ = (uint8_t)rest;
  return at;
}

size_t varint_size(int64_t value) {
  size_t size = 1;
  for (uint64_t rest = zigzag(value); rest >= 0x80; rest >>= 7) size++;
  return size;
}

uint8_t *begin_frame(uint8_t *frame, int api, int version) {
  uint8_t *at = put16(frame + 4, api);
  at = put16(at, version);
  at = put32(at, 0);
  return put_string(at, "load");
}

size_t end_frame(uint8_t *frame, uint8_t *end) {
  put32(frame, end - frame - 4);
  return (size_t)(end - frame);
}

static const uint8_t *take(Reader *reader, size_t bytes) {
  if ((size_t)(reader->end - reader->at) < bytes) die("an answer is shorter than it should be");
  const uint8_t *at = reader->at;
  reader->at += bytes;
  return at;
}

int get8(Reader *reader) { return (int8_t)*take(reader, 1); }

int get16(Reader *reader) {
  const uint8_t *at = take(reader, 2);
  return (int16_t)(at[0] << 8 | at[1]);
}

int32_t get32(Reader *reader) {
  const uint8_t *at = take(reader, 4);
  return (int32_t)((uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]);
}

int64_t get64(Reader *reader) {
  uint64_t upper = (uint32_t)get32(reader);
  return (int64_t)(upper << 32 | (uint32_t)get32(reader));
}

const uint8_t *get_string(Reader *reader, int *length) {
  *length = get16(reader);
  return *length < 0 ? NULL : take(reader, (size_t)*length);
}

const uint8_t *get_bytes(Reader *reader, int32_t *length) {
  *length = get32(reader);
  return *length < 0 ? NULL : take(reader, (size_t)*length);
}

void skip_string(Reader *reader) {
  int length;
  get_string(reader, &length);
}

void skip(Reader *reader, size_t bytes) { take(reader, bytes); }
