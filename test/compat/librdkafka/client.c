/* librdkafka as a compat program; see test/compat/client.ts for its three commands. */
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void die(const char *what, const char *why) { fprintf(stderr, "%s: %s\n", what, why); exit(1); }

static rd_kafka_t *make(rd_kafka_type_t type, const char *bootstrap, const char *pairs[][2]) {
  char why[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  if (rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap, why, sizeof why) != RD_KAFKA_CONF_OK) die("conf", why);
  for (int i = 0; pairs[i][0]; i++)
    if (rd_kafka_conf_set(conf, pairs[i][0], pairs[i][1], why, sizeof why) != RD_KAFKA_CONF_OK) die(pairs[i][0], why);
  rd_kafka_t *client = rd_kafka_new(type, conf, why, sizeof why);
  if (!client) die("new", why);
  return client;
}

static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

/* "-" → NULL, "x" and hex → bytes */
static char *unhex(char *field, size_t *length) {
  *length = 0;
  if (!strcmp(field, "-")) return NULL;
  field++;
  size_t digits = strlen(field);
  char *bytes = malloc(digits / 2 + 1);
  for (size_t i = 0; i + 1 < digits; i += 2) bytes[(*length)++] = (char)(digit(field[i]) << 4 | digit(field[i + 1]));
  return bytes;
}

static void hex(const void *bytes, size_t length) {
  if (!bytes) { putchar('-'); return; }
  putchar('x');
  for (size_t i = 0; i < length; i++) printf("%02x", ((const unsigned char *)bytes)[i]);
}

static int failures = 0;
static void delivered(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
  (void)client; (void)opaque;
  if (message->err) { failures++; fprintf(stderr, "not delivered: %s\n", rd_kafka_err2str(message->err)); }
}

static void produce(const char *bootstrap, const char *topic, const char *codec, const char *corpus) {
  char why[512];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  const char *pairs[][2] = {{"bootstrap.servers", bootstrap}, {"compression.codec", codec}, {"enable.idempotence", "true"}, {"partitioner", "murmur2_random"}, {NULL, NULL}};
  for (int i = 0; pairs[i][0]; i++)
    if (rd_kafka_conf_set(conf, pairs[i][0], pairs[i][1], why, sizeof why) != RD_KAFKA_CONF_OK) die(pairs[i][0], why);
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  rd_kafka_t *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  if (!client) die("new", why);
  FILE *file = fopen(corpus, "r");
  if (!file) die(corpus, "cannot be read");
  char *line = NULL; size_t room = 0; ssize_t got;
  while ((got = getline(&line, &room, file)) > 0) {
    if (line[got - 1] == '\n') line[got - 1] = 0;
    char *rest = line, *field; size_t key_length, value_length, length;
    char *key = unhex(strsep(&rest, " "), &key_length), *value = unhex(strsep(&rest, " "), &value_length);
    rd_kafka_headers_t *headers = rd_kafka_headers_new(4);
    while ((field = strsep(&rest, " "))) {
      char *name = unhex(field, &length); name[length] = 0;
      char *content = unhex(strsep(&rest, " "), &length);
      rd_kafka_header_add(headers, name, -1, content, (ssize_t)length);
    }
    rd_kafka_resp_err_t err;
    for (;;) {
      rd_kafka_headers_t *copy = rd_kafka_headers_copy(headers);
      err = rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, key_length), RD_KAFKA_V_VALUE(value, value_length),
        RD_KAFKA_V_HEADERS(copy), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
      if (!err) break;
      rd_kafka_headers_destroy(copy);
      if (err != RD_KAFKA_RESP_ERR__QUEUE_FULL) die("produce", rd_kafka_err2str(err));
      rd_kafka_poll(client, 100); /* delivery reports make room */
    }
    rd_kafka_headers_destroy(headers);
    free(key); free(value);
    rd_kafka_poll(client, 0);
  }
  if (rd_kafka_flush(client, 60000)) die("flush", "timed out");
  rd_kafka_destroy(client);
  if (failures) exit(1);
}

static void print_record(const rd_kafka_message_t *message) {
  printf("%d %lld ", message->partition, (long long)message->offset);
  hex(message->key, message->key_len); putchar(' ');
  hex(message->payload, message->len);
  rd_kafka_headers_t *headers;
  if (!rd_kafka_message_headers(message, &headers)) {
    const char *name; const void *content; size_t length;
    for (size_t i = 0; !rd_kafka_header_get_all(headers, i, &name, &content, &length); i++) { printf(" "); hex(name, strlen(name)); putchar(' '); hex(content, length); }
  }
  putchar('\n');
}

static void consume(const char *bootstrap, const char *topic, int count) {
  const char *pairs[][2] = {{"group.id", "compat-plain"}, {"enable.auto.commit", "false"}, {"auto.offset.reset", "earliest"}, {NULL, NULL}};
  rd_kafka_t *client = make(RD_KAFKA_CONSUMER, bootstrap, pairs);
  const struct rd_kafka_metadata *metadata;
  rd_kafka_topic_t *handle = rd_kafka_topic_new(client, topic, NULL);
  rd_kafka_resp_err_t err = rd_kafka_metadata(client, 0, handle, &metadata, 10000);
  if (err) die("metadata", rd_kafka_err2str(err));
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
  for (int i = 0; i < metadata->topics[0].partition_cnt; i++)
    rd_kafka_topic_partition_list_add(list, topic, metadata->topics[0].partitions[i].id)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(client, list);
  for (int seen = 0; seen < count;) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 500);
    if (!message) continue;
    if (!message->err) { print_record(message); seen++; }
    rd_kafka_message_destroy(message);
  }
  fflush(stdout);
  _Exit(0);
}

static void member(const char *bootstrap, const char *group, const char *topic) {
  const char *pairs[][2] = {{"group.id", group}, {"session.timeout.ms", "6000"}, {"heartbeat.interval.ms", "500"}, {"auto.offset.reset", "earliest"}, {"enable.auto.commit", "false"}, {NULL, NULL}};
  rd_kafka_t *client = make(RD_KAFKA_CONSUMER, bootstrap, pairs);
  rd_kafka_poll_set_consumer(client);
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic, RD_KAFKA_PARTITION_UA);
  rd_kafka_subscribe(client, list);
  for (;;) {
    rd_kafka_message_t *message = rd_kafka_consumer_poll(client, 200);
    if (!message) continue;
    if (!message->err) {
      printf("%d %lld\n", message->partition, (long long)message->offset);
      fflush(stdout);
      rd_kafka_commit_message(client, message, 1);
    }
    rd_kafka_message_destroy(message);
  }
}

int main(int argc, char **argv) {
  if (argc == 6 && !strcmp(argv[1], "produce")) produce(argv[2], argv[3], argv[4], argv[5]);
  else if (argc == 5 && !strcmp(argv[1], "consume")) consume(argv[2], argv[3], atoi(argv[4]));
  else if (argc == 5 && !strcmp(argv[1], "member")) member(argv[2], argv[3], argv[4]);
  else die(argv[0], "produce BOOTSTRAP TOPIC CODEC CORPUS | consume BOOTSTRAP TOPIC COUNT | member BOOTSTRAP GROUP TOPIC");
  return 0;
}
