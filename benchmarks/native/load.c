/* The loop of wb-load: connections, phases, and the line of JSON at the end. */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "net.h"
#include "tls.h"

#define EVENTS_MAX 64
#define RETRY_NS 20000000u
/* How long answers are awaited after the window. */
#define DRAIN_NS 5000000000u
/* How long connections may take; calls are due from when the last one stands. */
#define CONNECT_NS 30000000000u
/* Connects that may fail in a row, first start included, before the run is given up. */
#define CONNECT_FAILURES_MAX 100

static uint64_t seconds_ns(double seconds) {
    return (uint64_t)(seconds * 1e9);
}

static void watch(struct load *load, struct place *place, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = place};
    if (epoll_ctl(load->epoll, operation, place->fd, &event) < 0) die(EXIT_BROKEN, "epoll_ctl: %s", strerror(errno));
}

static void open_place(struct load *load, struct place *place) {
    static int failures;
    place->fd = connect_to(&load->options.target);
    if (place->fd >= 0) {
        failures = 0;
        load->closed_count--;
        watch(load, place, EPOLL_CTL_ADD, EPOLLOUT);
        return;
    }
    if (++failures == CONNECT_FAILURES_MAX)
        die(EXIT_UNREACHABLE, "cannot connect to %s: %s", load->options.target_text, strerror(errno));
    place->retry_at_ns = load->now_ns + RETRY_NS;
}

static void close_place(struct load *load, struct place *place) {
    h2_close(place->conn); /* counts what was in flight as lost */
    place->conn = NULL;
    load->connected_count--;
    place->fd = -1;
    load->closed_count++;
    place->retry_at_ns = load->now_ns;
    load->reconnect_count++;
}

static void flush(struct load *load, struct place *place) {
    bool waited = place->conn->wants_write;
    if (!h2_flush(place->conn))
        close_place(load, place);
    else if (place->conn->wants_write != waited)
        watch(load, place, EPOLL_CTL_MOD, EPOLLIN | (waited ? 0 : EPOLLOUT));
}

static bool has_room(const struct load *load, const struct place *place) {
    return place->conn != NULL && place->conn->open_count < (uint32_t)load->options.streams &&
           h2_can_open(place->conn);
}

static void connected(struct load *load, struct place *place) {
    int error = connect_error(place->fd);
    if (error != 0) die(EXIT_UNREACHABLE, "cannot connect to %s: %s", load->options.target_text, strerror(error));
    place->conn = h2_open(place->fd, true, &load_handler, load);
    load->connected_count++;
    if (load->options.ca_file != NULL) {
        char address[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, &load->options.target.sin_addr, address, sizeof address);
        place->conn->tls = tls_open(place->fd, address);
    }
    watch(load, place, EPOLL_CTL_MOD, EPOLLIN);
    flush(load, place);
}

static void on_event(struct load *load, struct place *place, uint32_t events) {
    if (place->fd < 0) return; /* closed by an event before this one */
    if (place->conn == NULL) {
        connected(load, place);
        return;
    }
    load->now_ns = now_ns();
    if ((events & ~(uint32_t)EPOLLOUT) != 0 && !h2_readable(place->conn)) {
        close_place(load, place);
        return;
    }
    if (load->options.rate == 0 && load->phase != DRAIN)
        while (has_room(load, place)) load_start_call(load, place->conn, load->now_ns);
    /* After GOAWAY, or with ids used up, the connection is replaced once its calls are answered. */
    struct h2_conn *conn = place->conn;
    if (conn->open_count == 0 && (conn->going_away || conn->next_id >= H2_STREAM_ID_LAST)) {
        close_place(load, place);
        return;
    }
    flush(load, place);
}

static bool issues(const struct load *load) {
    return load->options.rate > 0 && (load->phase == WARMUP || load->phase == MEASURE);
}

static uint64_t intended_ns(const struct load *load, uint64_t arrival) {
    return load->schedule_from_ns + (uint64_t)((double)arrival * (1e9 / load->options.rate));
}

static void mark(struct load *load, struct place *place) {
    if (place->dirty) return;
    place->dirty = true;
    load->dirty[load->dirty_count++] = place;
}

/* Open loop: hands out what is due, each to the next connection with room. */
static void issue_due(struct load *load) {
    int count = load->options.connections;
    load->now_ns = now_ns();
    while (intended_ns(load, load->issued_count) <= load->now_ns) {
        int tried = 0;
        while (tried < count && !has_room(load, &load->places[(load->next_place + tried) % count])) tried++;
        if (tried == count) break; /* stays due: its latency runs from the intended time */
        int chosen = (load->next_place + tried) % count;
        load_start_call(load, load->places[chosen].conn, intended_ns(load, load->issued_count++));
        mark(load, &load->places[chosen]);
        load->next_place = (chosen + 1) % count;
    }
    for (int i = 0; i < load->dirty_count; i++) {
        load->dirty[i]->dirty = false;
        flush(load, load->dirty[i]);
    }
    load->dirty_count = 0;
}

static uint64_t wake_at_ns(const struct load *load, uint64_t phase_ends_ns) {
    uint64_t at = phase_ends_ns;
    if (issues(load)) {
        uint64_t next = intended_ns(load, load->issued_count);
        /* One already due waits for room, which an event will bring. */
        if (next > load->now_ns && next < at) at = next;
    }
    for (int i = 0, left = load->closed_count; left > 0; i++)
        if (load->places[i].fd < 0) {
            if (load->places[i].retry_at_ns < at) at = load->places[i].retry_at_ns;
            left--;
        }
    return at;
}

/* Opens what is closed and due. */
static void open_closed(struct load *load) {
    for (int i = 0, left = load->closed_count; left > 0; i++)
        if (load->places[i].fd < 0) {
            left--;
            if (load->places[i].retry_at_ns <= load->now_ns) open_place(load, &load->places[i]);
        }
}

static bool over(const struct load *load) {
    return (load->phase == CONNECTING && load->connected_count == load->options.connections) ||
           (load->phase == DRAIN && load->in_flight_count == 0);
}

/* Runs until the phase's end; CONNECTING also ends with the last connection, DRAIN when nothing is in flight. */
static void run_until(struct load *load, uint64_t ends_ns) {
    struct epoll_event events[EVENTS_MAX];
    while ((load->now_ns = now_ns()) < ends_ns && !over(load)) {
        open_closed(load);
        if (issues(load)) issue_due(load);
        uint64_t wake = wake_at_ns(load, ends_ns), wait = wake > load->now_ns ? wake - load->now_ns : 0;
        struct timespec timeout = {(time_t)(wait / 1000000000u), (long)(wait % 1000000000u)};
        int count = epoll_pwait2(load->epoll, events, EVENTS_MAX, &timeout, NULL);
        if (count < 0 && errno != EINTR) die(EXIT_BROKEN, "epoll_pwait2: %s", strerror(errno));
        for (int i = 0; i < count; i++) on_event(load, events[i].data.ptr, events[i].events);
    }
}

static void print_quantiles(const char *of, const struct histogram *latency) {
    static const struct {
        const char *name;
        double share;
    } quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};
    printf("\"%s\":{", of);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
        printf("\"%s\":%.1f,", quantiles[i].name, (double)histogram_quantile(latency, quantiles[i].share) / 1e3);
    printf("\"max\":%.1f,\"mean\":%.1f},", (double)latency->max / 1e3,
           latency->count == 0 ? 0 : (double)latency->sum / (double)latency->count / 1e3);
}

static void print_report(const struct load *load, uint64_t calls, uint64_t own_ns, uint64_t unissued) {
    const struct options *options = &load->options;
    double seconds = (double)(load->window_to_ns - load->window_from_ns) / 1e9;
    printf("{\"target\":\"%s\",\"connections\":%d,\"streams\":%d,\"rate\":%g,\"tensor_bytes\":%zu,", options->target_text,
           options->connections, options->streams, options->rate, options->tensor_bytes);
    printf("\"request_bytes\":%zu,\"seconds\":%.3f,\"calls\":%llu,\"calls_per_second\":%.1f,", load->requests[0].length - 5,
           seconds, (unsigned long long)calls, (double)calls / seconds);
    print_quantiles("latency_us", &load->latency);
    printf("\"refused\":%llu,", (unsigned long long)load->refused.count);
    print_quantiles("refused_us", &load->refused);
    printf("\"bytes_received\":%llu,\"reconnects\":%llu,\"unissued\":%llu,", (unsigned long long)load->bytes_received,
           (unsigned long long)load->reconnect_count, (unsigned long long)unissued);
    double per_call = calls == 0 ? 0 : 1 / (double)calls / 1e3;
    printf("\"cpu_us_per_call\":{\"generator\":%.3f", (double)own_ns * per_call);
    for (int i = 0; i < options->watched_count; i++)
        printf(",\"%s\":%.3f", options->watched[i].name, (double)options->watched[i].used_ns * per_call);
    printf("},\"cpu_s\":{\"generator\":%.3f", (double)own_ns / 1e9);
    for (int i = 0; i < options->watched_count; i++)
        printf(",\"%s\":%.3f", options->watched[i].name, (double)options->watched[i].used_ns / 1e9);
    printf("},\"error_count\":%llu,\"errors\":{", (unsigned long long)load->errors.total);
    for (int i = 0; i < load->errors.kind_count; i++)
        printf("%s\"%s\":%llu", i == 0 ? "" : ",", load->errors.kinds[i].kind,
               (unsigned long long)load->errors.kinds[i].count);
    printf("},\"first_error\":");
    print_json_string(load->errors.first);
    puts("}");
}

int main(int argc, char **argv) {
    struct load *load = allocate(sizeof *load);
    load->options = load_options(argc, argv);
    struct options *options = &load->options;
    allow_descriptors();
    huffman_init();
    load_prepare(load);
    if (options->ca_file != NULL) tls_trust(options->ca_file);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); /* the default lets a timer be 50 us late */
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < options->connections; i++) load->places[i].fd = -1;
    load->closed_count = options->connections;

    load->phase = CONNECTING;
    run_until(load, now_ns() + CONNECT_NS);
    if (!over(load))
        die(EXIT_UNREACHABLE, "%d of %d connections to %s after %u s", load->connected_count, options->connections,
            options->target_text, (unsigned)(CONNECT_NS / 1000000000u));
    load->phase = WARMUP;
    load->schedule_from_ns = now_ns();
    run_until(load, load->schedule_from_ns + seconds_ns(options->warmup_s));

    memset(&load->latency, 0, sizeof load->latency);
    load->bytes_received = 0;
    for (int i = 0; i < options->watched_count; i++)
        options->watched[i].before_ns = watched_time_ns(&options->watched[i]);
    uint64_t own_before_ns = own_time_ns();
    load->phase = MEASURE;
    load->window_from_ns = now_ns();
    load->window_to_ns = load->window_from_ns + seconds_ns(options->seconds);
    run_until(load, load->window_to_ns);

    uint64_t own_ns = own_time_ns() - own_before_ns;
    for (int i = 0; i < options->watched_count; i++)
        options->watched[i].used_ns = watched_time_ns(&options->watched[i]) - options->watched[i].before_ns;
    load->phase = DRAIN;
    uint64_t unissued = 0;
    if (options->rate > 0)
        while (intended_ns(load, load->issued_count + unissued) < load->window_to_ns) unissued++;
    run_until(load, now_ns() + DRAIN_NS);
    for (uint64_t left = load->in_flight_count; left > 0; left--) errors_add(&load->errors, "unanswered", NULL);
    print_report(load, load->latency.count, own_ns, unissued);
    return load->errors.total == 0 && load->latency.count > 0 ? 0 : 1;
}
