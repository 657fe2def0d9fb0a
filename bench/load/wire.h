// Kafka's frames: writing requests, reading answers. Only versions without tagged fields, which every broker since 2.4 serves.
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

enum { PRODUCE = 0, FETCH = 1, LIST_OFFSETS = 2, METADATA = 3, FIND_COORDINATOR = 10, JOIN_GROUP = 11, HEARTBEAT = 12,
       LEAVE_GROUP = 13, SYNC_GROUP = 14,
       API_VERSIONS = 18, CREATE_TOPICS = 19, DELETE_TOPICS = 20 };

// Writers put a value at `at` and return the place behind it.
uint8_t *put8(uint8_t *at, int value);
uint8_t *put16(uint8_t *at, int value);
uint8_t *put32(uint8_t *at, int64_t value);
uint8_t *put64(uint8_t *at, int64_t value);
uint8_t *put_string(uint8_t *at, const char *text);
uint8_t *put_null_string(uint8_t *at);
uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t length);
uint8_t *put_varint(uint8_t *at, int64_t value);
size_t varint_size(int64_t value);

// The size (filled in by `end_frame`), the request header of version 1 with correlation id 0.
uint8_t *begin_frame(uint8_t *frame, int api, int version);
// Fills in the size; returns the length of the whole frame.
size_t end_frame(uint8_t *frame, uint8_t *end);
// Where the correlation id lies in a frame.
enum { CORRELATION_AT = 8 };

// A reader over an answer; reading past its end ends the process.
typedef struct { const uint8_t *at, *end; } Reader;

int get8(Reader *reader);
int get16(Reader *reader);
int32_t get32(Reader *reader);
int64_t get64(Reader *reader);
// Strings and bytes are views into the answer; null has length −1.
const uint8_t *get_string(Reader *reader, int *length);
const uint8_t *get_bytes(Reader *reader, int32_t *length);
void skip_string(Reader *reader);
void skip(Reader *reader, size_t bytes);

#endif
