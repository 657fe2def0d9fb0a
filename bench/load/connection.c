#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base.h"

enum { FIRST_CAPACITY = 4096, HEAD = 12, ROOM = 65536 };

int try_connect(Connection *connection, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) die("no socket: %s", strerror(errno));
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    int reason = errno;
    close(fd);
    errno = reason;
    return 0;
  }
  int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  memset(connection, 0, sizeof *connection);
  connection->socket = fd;
  connection->capacity = FIRST_CAPACITY;
  connection->in = allocate(FIRST_CAPACITY);
  return 1;
}

void open_connection(Connection *connection, int port) {
  if (!try_connect(connection, port)) die("cannot connect to 127.0.0.1:%d: %s", port, strerror(errno));
}

void close_connection(Connection *connection) {
  close(connection->socket);
  free(connection->in);
}

void send_frame(Connection *connection, const uint8_t *frame, size_t length) {
  memcpy(connection->head, frame, HEAD);
  put32(connection->head + CORRELATION_AT, connection->next_correlation++);
  connection->frame = frame;
  connection->frame_length = length;
  connection->sent = 0;
  flush_out(connection);
}

int idle_out(const Connection *connection) { return connection->sent == connection->frame_length; }

int flush_out(Connection *connection) {
  while (!idle_out(connection)) {
    size_t sent = connection->sent;
    size_t from = sent < HEAD ? HEAD : sent;
    struct iovec rest = {(void *)(connection->frame + from), connection->frame_length - from};
    struct iovec pieces[2] = {{connection->head + sent, HEAD - sent}, rest};
    int first = sent < HEAD ? 0 : 1;
    struct msghdr message = {.msg_iov = pieces + first, .msg_iovlen = (size_t)(2 - first)};
    ssize_t count = sendmsg(connection->socket, &message, MSG_NOSIGNAL);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (count < 0) die("sending failed: %s", strerror(errno));
    connection->sent += (size_t)count;
  }
  return 1;
}

// Makes room for the frame that is coming in, or for some more bytes of it.
static void make_room(Connection *connection) {
  size_t waiting = connection->length - connection->taken;
  if (connection->taken > 0) {
    memmove(connection->in, connection->in + connection->taken, waiting);
    connection->taken = 0;
    connection->length = waiting;
  }
  size_t wanted = FIRST_CAPACITY;
  if (waiting >= 4) {
    Reader size = {connection->in, connection->in + 4};
    wanted = 4 + (size_t)get32(&size);
  }
  if (connection->length == connection->capacity && wanted < waiting + ROOM) wanted = waiting + ROOM;
  if (wanted <= connection->capacity) return;
  connection->in = realloc(connection->in, wanted);
  if (connection->in == NULL) die("no memory for an answer of %zu bytes", wanted);
  connection->capacity = wanted;
}

void receive(Connection *connection) {
  make_room(connection);
  ssize_t count = recv(connection->socket, connection->in + connection->length, connection->capacity - connection->length, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count < 0) die("receiving failed: %s", strerror(errno));
  if (count == 0) die("the broker has closed the connection");
  connection->length += (size_t)count;
}

int next_answer(Connection *connection, Reader *answer) {
  size_t waiting = connection->length - connection->taken;
  if (waiting < 4) return 0;
  Reader reader = {connection->in + connection->taken, connection->in + connection->length};
  size_t size = (size_t)get32(&reader);
  if (waiting < 4 + size) return 0;
  reader.end = reader.at + size;
  connection->taken += 4 + size;
  int32_t correlation = get32(&reader);
  int32_t expected = connection->expected_correlation++;
  if (correlation != expected) die("answer %d came where %d was expected", correlation, expected);
  *answer = reader;
  return 1;
}

struct pollfd poll_entry(const Connection *connection) {
  return (struct pollfd){connection->socket, (short)(POLLIN | (idle_out(connection) ? 0 : POLLOUT)), 0};
}

Reader ask(Connection *connection, const uint8_t *frame, size_t length) {
  send_frame(connection, frame, length);
  for (;;) {
    Reader answer;
    if (next_answer(connection, &answer)) return answer;
    struct pollfd entry = poll_entry(connection);
    if (poll(&entry, 1, 60000) == 0) die("no answer within a minute");
    if (entry.revents & POLLOUT) flush_out(connection);
    if (entry.revents & (POLLIN | POLLHUP | POLLERR)) receive(connection);
  }
}
