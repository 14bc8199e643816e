#include "stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net.h"

static unsigned bucket_of(uint64_t value) {
    if (value < 1u << HISTOGRAM_STEP_BITS) return (unsigned)value;
    unsigned power = 63u - (unsigned)__builtin_clzll(value) - HISTOGRAM_STEP_BITS;
    return (power + 1) << HISTOGRAM_STEP_BITS | (unsigned)(value >> power & ((1u << HISTOGRAM_STEP_BITS) - 1));
}

static uint64_t top_of(unsigned bucket) {
    unsigned power = bucket >> HISTOGRAM_STEP_BITS;
    uint64_t step = bucket & ((1u << HISTOGRAM_STEP_BITS) - 1);
    if (power == 0) return step;
    return (((1ull << HISTOGRAM_STEP_BITS) + step + 1) << (power - 1)) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t value) {
    histogram->counts[bucket_of(value)]++;
    histogram->count++;
    histogram->sum += value;
    if (value > histogram->max) histogram->max = value;
}

uint64_t histogram_quantile(const struct histogram *histogram, double share) {
    uint64_t wanted = (uint64_t)(share * (double)histogram->count + 0.5), seen = 0;
    if (wanted == 0) wanted = 1;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->counts[i];
        if (seen >= wanted && seen > 0) return top_of(i) < histogram->max ? top_of(i) : histogram->max;
    }
    return 0;
}

void errors_add(struct errors *errors, const char *kind, const char *words) {
    if (errors->total++ == 0) snprintf(errors->first, sizeof errors->first, "%s: %s", kind, words ? words : "");
    for (int i = 0; i < errors->kind_count; i++) {
        if (strcmp(errors->kinds[i].kind, kind) != 0) continue;
        errors->kinds[i].count++;
        return;
    }
    if (errors->kind_count == ERROR_KINDS_MAX) {
        errors->kinds[ERROR_KINDS_MAX - 1].count++;
        return;
    }
    int last = errors->kind_count++;
    snprintf(errors->kinds[last].kind, sizeof errors->kinds[last].kind, "%s",
             last == ERROR_KINDS_MAX - 1 ? "other" : kind);
    errors->kinds[last].count = 1;
}

struct watched watched_parse(const char *text) {
    struct watched watched = {0};
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || (size_t)(equals - text) >= sizeof watched.name)
        die(EXIT_USAGE, "%s: not NAME=PID,PID", text);
    memcpy(watched.name, text, (size_t)(equals - text));
    for (const char *at = equals; *at != 0;) {
        char *end;
        long pid = strtol(at + 1, &end, 10);
        if (pid <= 0 || (*end != ',' && *end != 0) || watched.pid_count == WATCHED_PIDS_MAX)
            die(EXIT_USAGE, "%s: not NAME=PID,PID", text);
        watched.pids[watched.pid_count++] = (pid_t)pid;
        at = end;
    }
    return watched;
}

uint64_t watched_time_ns(const struct watched *watched) {
    uint64_t ticks = 0;
    for (int i = 0; i < watched->pid_count; i++) {
        char path[64], line[1024];
        snprintf(path, sizeof path, "/proc/%d/stat", (int)watched->pids[i]);
        FILE *file = fopen(path, "r");
        if (file == NULL) die(EXIT_UNREACHABLE, "%s: process %d is gone", watched->name, (int)watched->pids[i]);
        size_t length = fread(line, 1, sizeof line - 1, file);
        fclose(file);
        line[length] = 0;
        unsigned long user, system;
        /* The name (field 2) may hold spaces and brackets: count from the last bracket. */
        const char *rest = strrchr(line, ')');
        if (rest == NULL ||
            sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
            die(EXIT_BROKEN, "%s: not as proc(5) says", path);
        ticks += user + system;
    }
    return ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}

uint64_t own_time_ns(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000u +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000u;
}

void print_json_string(const char *text) {
    putchar('"');
    for (; *text != 0; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            printf("\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            printf("\\u%04x", c);
        else
            putchar(c);
    }
    putchar('"');
}
