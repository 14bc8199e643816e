/* What a load run counts: latencies, errors by kind, and processor time of the processes it watches. */
#ifndef WB_STATS_H
#define WB_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Log-linear buckets: 128 steps in each power of two, so a quantile is off by less than 0.8 %. */
#define HISTOGRAM_STEP_BITS 7
#define HISTOGRAM_BUCKETS ((64 - HISTOGRAM_STEP_BITS + 1) << HISTOGRAM_STEP_BITS)

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t count, max, sum;
};

void histogram_add(struct histogram *histogram, uint64_t value);
/* The smallest bucket value with at least this share (0..1) of values at or below it; 0 when empty. */
uint64_t histogram_quantile(const struct histogram *histogram, double share);

#define ERROR_KINDS_MAX 32
#define KIND_MAX 48

struct errors {
    struct {
        char kind[KIND_MAX];
        uint64_t count;
    } kinds[ERROR_KINDS_MAX];
    int kind_count;
    uint64_t total;
    char first[256]; /* the first one in words */
};

/* Counts an error; words may be NULL. Kinds beyond ERROR_KINDS_MAX are counted as "other". */
void errors_add(struct errors *errors, const char *kind, const char *words);

#define WATCHED_MAX 4
#define WATCHED_PIDS_MAX 64

/* Processes whose processor time is read at both ends of the measured window. */
struct watched {
    char name[32];
    pid_t pids[WATCHED_PIDS_MAX];
    int pid_count;
    uint64_t before_ns, used_ns;
};

/* Reads "name=pid,pid"; ends the process when it is something else. */
struct watched watched_parse(const char *text);

/* User and system time of these processes so far, from /proc/PID/stat; ends the process when one is gone. */
uint64_t watched_time_ns(const struct watched *watched);

/* User and system time of this process. */
uint64_t own_time_ns(void);

/* Writes text as a JSON string to stdout. */
void print_json_string(const char *text);

#endif
