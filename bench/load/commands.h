// Each command is one kind of load; it reads its options and prints one line of JSON.
#ifndef COMMANDS_H
#define COMMANDS_H

void produce_command(int port);
void fetch_command(int port);
void latency_command(int port);
void topics_command(int port);
void first_command(int port);
void idle_command(int port);
void groups_command(int port);

#endif
