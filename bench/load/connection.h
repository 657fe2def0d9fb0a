// A connection to the broker: frames out, frames in. Non-blocking once the load runs; `ask` waits, for what comes before it.
#ifndef CONNECTION_H
#define CONNECTION_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

typedef struct {
  int socket;
  // What has come and not been looked at: `in[taken, length)`.
  uint8_t *in;
  size_t taken, length, capacity;
  // The frame being sent, in two pieces: our own 12 bytes with the correlation id, and the rest, which connections share.
  uint8_t head[12];
  const uint8_t *frame;
  size_t frame_length, sent;
  int32_t next_correlation, expected_correlation;
} Connection;

// Connects to 127.0.0.1; returns 0 and sets errno when nobody listens.
int try_connect(Connection *connection, int port);
void open_connection(Connection *connection, int port);
void close_connection(Connection *connection);

// Begins to send a frame under the next correlation id. The frame must stay where it is until `idle_out` says so.
void send_frame(Connection *connection, const uint8_t *frame, size_t length);
// Goes on sending; returns whether all is out.
int flush_out(Connection *connection);
int idle_out(const Connection *connection);

// Reads what has come; a closed connection ends the process.
void receive(Connection *connection);
// The next whole answer, behind its header, or 0. It is valid until the next `receive`. Answers must come in the order of the requests.
int next_answer(Connection *connection, Reader *answer);

// Sends a frame and waits for its answer.
Reader ask(Connection *connection, const uint8_t *frame, size_t length);

// The events to wait for.
struct pollfd poll_entry(const Connection *connection);

#endif
