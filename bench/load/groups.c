// Members of classic groups: how long until all groups are stable, and then how long a rebalance takes when every member rejoins.
#include <stdio.h>
#include <string.h>

#include "base.h"
#include "commands.h"
#include "connection.h"
#include "samples.h"

// Error codes that tell a member to try again, to join again, or to join as somebody new.
enum { COORDINATOR_LOADING = 14, COORDINATOR_NOT_AVAILABLE = 15, NOT_COORDINATOR = 16,
       ILLEGAL_GENERATION = 22, UNKNOWN_MEMBER_ID = 25, REBALANCE_IN_PROGRESS = 27 };
enum { SESSION_TIMEOUT_MS = 30000, REBALANCE_TIMEOUT_MS = 60000, MAX_ID = 128 };

typedef enum { JOINING, SYNCING, STABLE, BEATING } State;

typedef struct {
  Connection connection;
  char group[64], id[MAX_ID];
  State state;
  int generation, leads;
  // Members that the leader was told about.
  int group_size;
  // When to send the next heartbeat, or to join again after an error.
  double next_at;
  int waits;
  uint8_t *frame;
} Member;

static const char *topic;
// Part of what members say about themselves; a change makes the coordinator rebalance.
static int subscription_round;

static void copy_text(char *target, size_t size, const uint8_t *text, int length) {
  if (length < 0) length = 0;
  if ((size_t)length >= size) die("an id of %d bytes is too long", length);
  memcpy(target, text, (size_t)length);
  target[length] = 0;
}

static void send_join(Member *member) {
  uint8_t subscription[512], *end = put16(subscription, 0);
  end = put32(end, 1);
  end = put_string(end, topic);
  end = put32(end, 4);
  end = put32(end, subscription_round);

  uint8_t *at = begin_frame(member->frame, JOIN_GROUP, 3);
  at = put_string(at, member->group);
  at = put32(at, SESSION_TIMEOUT_MS);
  at = put32(at, REBALANCE_TIMEOUT_MS);
  at = put_string(at, member->id);
  at = put_string(at, "consumer");
  at = put32(at, 1);
  at = put_string(at, "range");
  at = put_bytes(at, subscription, (size_t)(end - subscription));
  member->state = JOINING;
  member->waits = 0;
  send_frame(&member->connection, member->frame, end_frame(member->frame, at));
}

// The leader hands out assignments without partitions: what is in them is nobody's business but the members'.
static void send_sync(Member *member, Reader *members) {
  static const uint8_t nothing[10] = {0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};
  uint8_t *at = begin_frame(member->frame, SYNC_GROUP, 1);
  at = put_string(at, member->group);
  at = put32(at, member->generation);
  at = put_string(at, member->id);
  at = put32(at, member->leads ? member->group_size : 0);
  for (int i = 0; member->leads && i < member->group_size; i++) {
    char id[MAX_ID];
    int length;
    int32_t metadata;
    const uint8_t *text = get_string(members, &length);
    copy_text(id, sizeof id, text, length);
    get_bytes(members, &metadata);
    at = put_string(at, id);
    at = put_bytes(at, nothing, sizeof nothing);
  }
  member->state = SYNCING;
  send_frame(&member->connection, member->frame, end_frame(member->frame, at));
}

static void send_heartbeat(Member *member) {
  uint8_t *at = begin_frame(member->frame, HEARTBEAT, 1);
  at = put_string(at, member->group);
  at = put32(at, member->generation);
  at = put_string(at, member->id);
  member->state = BEATING;
  send_frame(&member->connection, member->frame, end_frame(member->frame, at));
}

static void join_again(Member *member, int error) {
  if (error == UNKNOWN_MEMBER_ID) member->id[0] = 0;
  if (error == COORDINATOR_LOADING || error == COORDINATOR_NOT_AVAILABLE || error == NOT_COORDINATOR) {
    member->state = JOINING;
    member->waits = 1;
    member->next_at = now() + 0.01;
    return;
  }
  int joins = error == ILLEGAL_GENERATION || error == UNKNOWN_MEMBER_ID || error == REBALANCE_IN_PROGRESS;
  if (!joins) die("a member of %s got error %d", member->group, error);
  send_join(member);
}

static void joined(Member *member, Reader *answer) {
  get32(answer);  // throttle time
  int error = get16(answer);
  if (error != 0) return join_again(member, error);
  member->generation = get32(answer);
  skip_string(answer);  // protocol
  int leader_length, id_length;
  const uint8_t *leader = get_string(answer, &leader_length), *id = get_string(answer, &id_length);
  copy_text(member->id, sizeof member->id, id, id_length);
  member->leads = leader_length == id_length && memcmp(leader, id, (size_t)id_length) == 0;
  member->group_size = get32(answer);
  send_sync(member, answer);
}

static void take_answer(Member *member) {
  receive(&member->connection);
  Reader answer;
  if (!next_answer(&member->connection, &answer)) return;
  if (member->state == JOINING) return joined(member, &answer);
  get32(&answer);  // throttle time
  int error = get16(&answer);
  if (error != 0) return join_again(member, error);
  member->state = STABLE;
  member->next_at = now() + 0.02;
}

// Whether all members of each group are stable, in one generation that knows of all of them.
static int all_stable(const Member *members, int groups, int size) {
  for (int group = 0; group < groups; group++) {
    const Member *first = members + group * size;
    int known = 0;
    for (int i = 0; i < size; i++) {
      if (first[i].state != STABLE || first[i].generation != first[0].generation) return 0;
      if (first[i].leads) known = first[i].group_size;
    }
    if (known != size) return 0;
  }
  return 1;
}

static void run_until_stable(Member *members, int groups, int size) {
  int count = groups * size;
  struct pollfd *entries = allocate((size_t)count * sizeof *entries);
  for (double deadline = now() + 120; !all_stable(members, groups, size);) {
    if (now() > deadline) die("the groups are not stable after two minutes");
    for (int i = 0; i < count; i++) {
      if (now() >= members[i].next_at) {
        if (members[i].state == STABLE) send_heartbeat(&members[i]);
        else if (members[i].waits) send_join(&members[i]);
      }
      entries[i] = poll_entry(&members[i].connection);
    }
    poll(entries, (nfds_t)count, 5);
    for (int i = 0; i < count; i++) {
      if (entries[i].revents & POLLOUT) flush_out(&members[i].connection);
      if (entries[i].revents & (POLLIN | POLLHUP | POLLERR)) take_answer(&members[i]);
    }
  }
}

static void find_coordinator(Connection *connection, const char *group) {
  uint8_t frame[256];
  uint8_t *at = begin_frame(frame, FIND_COORDINATOR, 1);
  at = put_string(at, group);
  at = put8(at, 0);
  size_t length = end_frame(frame, at);
  for (double deadline = now() + 60; now() < deadline; sleep_for(0.02)) {
    Reader answer = ask(connection, frame, length);
    get32(&answer);
    if (get16(&answer) == 0) return;
  }
  die("there is no coordinator after a minute");
}

static void leave(Member *member) {
  uint8_t *at = begin_frame(member->frame, LEAVE_GROUP, 1);
  at = put_string(at, member->group);
  at = put_string(at, member->id);
  ask(&member->connection, member->frame, end_frame(member->frame, at));
}

void groups_command(int port) {
  int groups = (int)number_option("groups", 1), size = (int)number_option("members", 1), rounds = (int)number_option("rounds", 0);
  const char *prefix = text_option("prefix", "g");
  topic = text_option("topic", "t");
  refuse_unknown_options();

  int count = groups * size;
  Member *members = allocate((size_t)count * sizeof *members);
  for (int i = 0; i < count; i++) {
    snprintf(members[i].group, sizeof members[i].group, "%s-%d", prefix, i / size);
    members[i].frame = allocate(1024 + (size_t)size * (MAX_ID + 16));
    open_connection(&members[i].connection, port);
    if (i % size == 0) find_coordinator(&members[i].connection, members[i].group);
  }

  double cpu = cpu_seconds(), start = now();
  for (int i = 0; i < count; i++) send_join(&members[i]);
  run_until_stable(members, groups, size);
  double formed = now() - start;

  Samples rebalances = {0};
  for (int round = 0; round < rounds; round++) {
    subscription_round++;
    double begun = now();
    for (int i = 0; i < count; i++) send_join(&members[i]);
    run_until_stable(members, groups, size);
    add_sample(&rebalances, now() - begun);
  }
  double took = now() - start;
  for (int i = 0; i < count; i++) leave(&members[i]);

  printf("{\"groups\":%d,\"members\":%d,\"formedSeconds\":%.4f,\"seconds\":%.4f,\"loadCpu\":%.4f,",
         groups, size, formed, took, cpu_seconds() - cpu);
  print_samples("rebalance", &rebalances);
  printf("}\n");
}
