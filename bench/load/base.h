// What all parts of the load generator need: the clock, giving up, and options from the command line.
#ifndef BASE_H
#define BASE_H

#include <stddef.h>
#include <stdint.h>

// Seconds of the monotonic clock, the same that Node's process.hrtime counts.
double now(void);

// Sleeps for a while; returns early when a signal comes.
void sleep_for(double seconds);

// User and system time of this process, in seconds.
double cpu_seconds(void);

// Says on stderr why it can't go on, and ends the process with status 1.
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

void *allocate(size_t bytes);

// Options are words of the form name=value. Each reader also marks its option as known.
void read_options(int count, char **words);
long number_option(const char *name, long fallback);
double real_option(const char *name, double fallback);
const char *text_option(const char *name, const char *fallback);
// Ends the process when there was an option that nobody has asked for: a misspelt one would otherwise be ignored.
void refuse_unknown_options(void);

#endif
