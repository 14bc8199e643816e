/* wb-load: a gRPC client that saturates, or keeps a rate, and counts what comes back. */
#ifndef WB_LOAD_H
#define WB_LOAD_H

#include <netinet/in.h>

#include "h2.h"
#include "message.h"
#include "stats.h"

#define CONNECTIONS_MAX 16384
#define MODELS_MAX 100000
#define LOAD_HEADERS_MAX 12
#define REQUIRED_MAX 4

struct options {
    struct sockaddr_in target;
    const char *ca_file; /* NULL: no TLS */
    const char *target_text, *authority, *method, *model, *version, *token, *timeout;
    int connections, streams;
    int models; /* called at random: NAME-0 and so on; 0: the one of that name */
    double rate; /* calls a second, open loop; 0: every stream always busy */
    double warmup_s, seconds;
    size_t tensor_bytes;
    long expected_bytes; /* length of every response message */
    double sampled;      /* share of traceparents that ask for a trace */
    const char *required[REQUIRED_MAX]; /* headers or trailers no answer may lack */
    int required_count;
    struct watched watched[WATCHED_MAX];
    int watched_count;
};

/* A place for a connection; reopened when the peer ends one. */
struct place {
    struct h2_conn *conn; /* NULL until connected */
    int fd;               /* -1: closed, to be opened at retry_at_ns */
    uint64_t retry_at_ns;
    bool dirty; /* open loop: has calls to be written */
};

enum phase { CONNECTING, WARMUP, MEASURE, DRAIN };

struct load {
    struct options options;
    struct place places[CONNECTIONS_MAX];
    int closed_count, connected_count;
    struct place *dirty[CONNECTIONS_MAX];
    int dirty_count;
    int epoll;
    struct hpack_header headers[LOAD_HEADERS_MAX];
    int header_count;
    struct bytes *requests; /* one for each model */
    int request_count;
    uint64_t random;
    uint64_t now_ns; /* as of the last look at the clock */
    enum phase phase;
    uint64_t window_from_ns, window_to_ns;
    uint64_t issued_count; /* open loop: arrivals handed out so far */
    uint64_t schedule_from_ns;
    int next_place; /* open loop: whose turn it is */
    uint64_t reconnect_count, in_flight_count;
    uint64_t bytes_received;
    struct histogram latency, refused; /* refused: for there was too much to do */
    struct errors errors;
    char grpc_message[200]; /* of the answer being read */
};

/* load_call.c: one call, from headers to verdict. */
extern const struct h2_handler load_handler;
void load_prepare(struct load *load);
void load_start_call(struct load *load, struct h2_conn *conn, uint64_t started_ns);

/* load_options.c */
struct options load_options(int argc, char **argv);

#endif
