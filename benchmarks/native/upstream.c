/*
 * wb-upstream: a model host that costs next to nothing. It answers every ModelInfer with the same bytes, and with --key it
 * proves its "models" to a gateway as a real host does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "attest.h"
#include "h2.h"
#include "net.h"
#include "work.h"

#define EVENTS_MAX 64
#define HEADERS_PER_VERSION 6
#define ATTEST_REQUEST_MAX 4096
/* Of whichever service: it is called by another name where a gateway is to pass it on unread. */
#define METHOD_NAME_INFER "/ModelInfer"
#define PATH_ATTEST "/weighbridge.attest.v1.AttestationService/Attest"
/* A chosen version is the message's last field: tag of field 2, length, text. */
#define VERSION_TAG 0x12
#define VERSION_NAME_MAX 8

enum method { METHOD_OTHER, METHOD_INFER, METHOD_ATTEST };

/* Where the lists of header fields begin in `headers`. */
enum { TRAILERS_OK = VERSIONS_MAX * HEADERS_PER_VERSION, PLAIN_HEADERS, REFUSAL = PLAIN_HEADERS + 2 };
enum { REFUSAL_UNIMPLEMENTED = REFUSAL, REFUSAL_INVALID = REFUSAL + 3, HEADERS_COUNT = REFUSAL + 6 };

static struct {
    struct prover prover;
    bool attested;
    struct hpack_header headers[HEADERS_COUNT];
    struct bytes responses[VERSIONS_MAX];
    struct counters counters;
    struct work work;
    uint64_t answered_count;
    char boot_epoch[24]; /* of the gateway process whose calls the counters count */
    int epoll;
} upstream;

static bool is(const struct hpack_field *field, const char *name, const char *value) {
    return field->name_length == strlen(name) && memcmp(field->name, name, field->name_length) == 0 &&
           (value == NULL || (field->value_length == strlen(value) && memcmp(field->value, value, field->value_length) == 0));
}

static bool is_infer(const struct hpack_field *field) {
    size_t length = strlen(METHOD_NAME_INFER);
    return is(field, ":path", NULL) && field->value_length > length &&
           memcmp(field->value + field->value_length - length, METHOD_NAME_INFER, length) == 0;
}

static void on_opened(struct h2_conn *conn, struct h2_stream *stream) {
    (void)conn;
    stream->method = METHOD_OTHER;
}

static void on_field(struct h2_conn *conn, struct h2_stream *stream, const struct hpack_field *field) {
    (void)conn;
    if (is_infer(field)) {
        stream->method = METHOD_INFER;
    } else if (is(field, ":path", PATH_ATTEST)) {
        stream->method = METHOD_ATTEST;
        stream->kept = allocate(ATTEST_REQUEST_MAX);
    } else if (is(field, "weighbridge-boot-epoch", NULL) && stream->method == METHOD_INFER) {
        size_t length = field->value_length < sizeof upstream.boot_epoch ? field->value_length : 0;
        if (strlen(upstream.boot_epoch) != length || memcmp(upstream.boot_epoch, field->value, length) != 0) {
            memcpy(upstream.boot_epoch, field->value, length);
            upstream.boot_epoch[length] = 0;
            upstream.counters = (struct counters){0};
        }
        stream->counted = true;
        upstream.counters.started++;
    }
}

static void on_data(struct h2_conn *conn, struct h2_stream *stream, const uint8_t *bytes, size_t length) {
    (void)conn;
    if (stream->kept != NULL && stream->received + length <= ATTEST_REQUEST_MAX)
        memcpy(stream->kept + stream->received, bytes, length);
    grpc_count(stream, bytes, length);
}

static void refuse(struct h2_conn *conn, struct h2_stream *stream, int headers) {
    if (stream->counted) upstream.counters.failed++;
    h2_send_headers(conn, stream, upstream.headers, headers, headers + 3, NULL, true);
    h2_stream_free(conn, stream);
}

/* Which version the message asks for: the gateway appends its choice, so the last bytes say it without parsing. */
static int version_of(const struct h2_stream *stream) {
    const uint8_t *end = stream->tail + sizeof stream->tail;
    for (int i = 0; i < upstream.prover.version_count; i++) {
        const char *name = upstream.prover.versions[i].name;
        size_t length = strlen(name);
        if (end[-(long)length - 2] == VERSION_TAG && end[-(long)length - 1] == length &&
            memcmp(end - length, name, length) == 0)
            return i;
    }
    return 0;
}

static void answer_infer(struct h2_conn *conn, struct h2_stream *stream) {
    int version = version_of(stream);
    int from = upstream.attested ? version * HEADERS_PER_VERSION : PLAIN_HEADERS;
    h2_send_headers(conn, stream, upstream.headers, from, from + (upstream.attested ? HEADERS_PER_VERSION : 2), NULL,
                    false);
    h2_send_body(conn, stream, upstream.responses[version].at, upstream.responses[version].length, false);
}

static void answer_attest(struct h2_conn *conn, struct h2_stream *stream) {
    struct bytes response = {0};
    if (stream->received > ATTEST_REQUEST_MAX ||
        !prover_attest(&upstream.prover, &upstream.counters, stream->kept + 5, stream->received - 5, &response)) {
        refuse(conn, stream, REFUSAL_INVALID);
        return;
    }
    struct bytes body = grpc_body(response.at, response.length);
    free(response.at);
    free(stream->kept);
    stream->kept = body.at; /* freed with the stream */
    h2_send_headers(conn, stream, upstream.headers, PLAIN_HEADERS, PLAIN_HEADERS + 2, NULL, false);
    h2_send_body(conn, stream, body.at, body.length, false);
}

static void on_ended(struct h2_conn *conn, struct h2_stream *stream) {
    uint32_t length;
    if (stream->method == METHOD_OTHER || (stream->method == METHOD_ATTEST && !upstream.attested))
        refuse(conn, stream, REFUSAL_UNIMPLEMENTED);
    else if (!grpc_one_message(stream, &length))
        refuse(conn, stream, REFUSAL_INVALID);
    else if (stream->method == METHOD_INFER && upstream.work.servers > 0)
        work_begin(&upstream.work, conn, stream, now_ns());
    else if (stream->method == METHOD_INFER)
        answer_infer(conn, stream);
    else
        answer_attest(conn, stream);
}

static void on_reset(struct h2_conn *conn, struct h2_stream *stream, uint32_t code) {
    (void)conn;
    (void)code;
    work_forget(stream);
    if (stream->counted) upstream.counters.cancelled++;
}

static void on_body_sent(struct h2_conn *conn, struct h2_stream *stream) {
    if (stream->counted) upstream.counters.answered++;
    upstream.answered_count++;
    h2_send_headers(conn, stream, upstream.headers, TRAILERS_OK, TRAILERS_OK + 1, NULL, true);
    h2_stream_free(conn, stream);
}

static const struct h2_handler handler = {on_opened, on_field, on_data, on_ended, on_reset, on_body_sent};

static void prepare_headers(void) {
    struct hpack_header *at = upstream.headers;
    for (int i = 0; i < VERSIONS_MAX; i++) {
        bool served = i < upstream.prover.version_count;
        const struct version *version = &upstream.prover.versions[served ? i : 0];
        *at++ = hpack_header(":status", "200", true);
        *at++ = hpack_header("content-type", "application/grpc", true);
        *at++ = hpack_header("weighbridge-model-digest", version->digest, served);
        *at++ = hpack_header("weighbridge-load-generation", "1", served);
        *at++ = hpack_header("weighbridge-model-version", version->name, served);
        *at++ = hpack_header("weighbridge-boot-id", upstream.prover.boot_id_hex, served);
    }
    *at++ = hpack_header("grpc-status", "0", true);
    *at++ = hpack_header(":status", "200", true);
    *at++ = hpack_header("content-type", "application/grpc", true);
    for (int i = 0; i < 2; i++) {
        *at++ = hpack_header(":status", "200", true);
        *at++ = hpack_header("content-type", "application/grpc", true);
        *at++ = hpack_header("grpc-status", i == 0 ? "12" : "3", true);
    }
    if (hpack_table_size(upstream.headers, HEADERS_COUNT) > HPACK_TABLE_BYTES)
        die(EXIT_USAGE, "version names too long for the HPACK table");
}

static void watch(int operation, struct h2_conn *conn, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = conn};
    if (epoll_ctl(upstream.epoll, operation, conn->fd, &event) < 0) die(EXIT_BROKEN, "epoll_ctl: %s", strerror(errno));
}

static void on_event(struct h2_conn *conn, uint32_t events) {
    bool waited = conn->wants_write;
    bool alive = (events & ~(uint32_t)EPOLLOUT) == 0 || h2_readable(conn);
    if (!alive || !h2_flush(conn)) {
        h2_close(conn);
    } else if (conn->wants_write != waited) {
        watch(EPOLL_CTL_MOD, conn, EPOLLIN | (waited ? 0 : EPOLLOUT));
    }
}

/* Answers what is done by now. */
static void finish_work(void) {
    struct h2_conn *conn;
    struct h2_stream *stream;
    while (work_done(&upstream.work, now_ns(), &conn, &stream)) {
        answer_infer(conn, stream);
        on_event(conn, EPOLLOUT);
    }
}

/* NULL to wait for an event, or the time until work is done. */
static const struct timespec *until_done(struct timespec *room) {
    uint64_t next = work_next_ns(&upstream.work), now = now_ns();
    if (next == 0) return NULL;
    uint64_t wait = next > now ? next - now : 0;
    *room = (struct timespec){(time_t)(wait / 1000000000u), (long)(wait % 1000000000u)};
    return room;
}

static volatile sig_atomic_t asked_to_end;

static void on_signal(int signal_number) {
    (void)signal_number;
    asked_to_end = 1;
}

static void serve(int listener) {
    struct epoll_event events[EVENTS_MAX];
    struct epoll_event accepting = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(upstream.epoll, EPOLL_CTL_ADD, listener, &accepting);
    /* Signals are let in while waiting only: none can slip between the test and the wait. */
    sigset_t ending, open_to_signals;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigprocmask(SIG_BLOCK, &ending, &open_to_signals);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_signal}, NULL);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = on_signal}, NULL);
    while (!asked_to_end) {
        struct timespec room;
        int count = epoll_pwait2(upstream.epoll, events, EVENTS_MAX, until_done(&room), &open_to_signals);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr != NULL) {
                on_event(events[i].data.ptr, events[i].events);
                continue;
            }
            int fd = accept_one(listener);
            if (fd < 0) continue;
            struct h2_conn *conn = h2_open(fd, false, &handler, NULL);
            watch(EPOLL_CTL_ADD, conn, EPOLLIN);
            on_event(conn, EPOLLOUT); /* sends the SETTINGS */
        }
        finish_work();
    }
}

static void print_ready(const struct sockaddr_in *address, uint16_t port) {
    uint32_t ip = ntohl(address->sin_addr.s_addr);
    printf("ready infer=%u.%u.%u.%u:%u response=%zu", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255, port,
           upstream.responses[0].length - 5);
    for (int i = 0; i < upstream.prover.version_count; i++)
        printf(" digest.%s=%s", upstream.prover.versions[i].name, upstream.prover.versions[i].digest);
    putchar('\n');
    fflush(stdout);
}

static const char usage[] =
    "wb-upstream [options]: answers inference.GRPCInferenceService/ModelInfer with the same bytes each time\n"
    "\n"
    "  --listen HOST:PORT  (127.0.0.1:0, any free port; the line `ready` says which)\n"
    "  --tensor BYTES      raw tensor in each response (1024)\n"
    "  --model NAME        model_name in the responses (bench)\n"
    "  --version V         a version served, at most 8 characters, all of one length; up to 4 times (1)\n"
    "  --key FILE          Ed25519 private key: answer Attest and send weighbridge-* headers; made at first use, with\n"
    "                      the public key beside it as .pub\n"
    "  --host-id ID        the host's name in its statements (bench-host)\n"
    "  --servers N         calls worked on at a time, the others wait in order (0: all at once)\n"
    "  --work-us N         what one call takes of a server, in microseconds (1000)\n";

int main(int argc, char **argv) {
    static const struct option known[] = {
        {"listen", required_argument, NULL, 'l'},  {"tensor", required_argument, NULL, 't'},
        {"model", required_argument, NULL, 'm'},   {"version", required_argument, NULL, 'v'},
        {"key", required_argument, NULL, 'k'},     {"host-id", required_argument, NULL, 'i'},
        {"servers", required_argument, NULL, 's'}, {"work-us", required_argument, NULL, 'w'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    struct prover *prover = &upstream.prover;
    const char *listen_text = "127.0.0.1:0", *key_file = NULL, *versions[VERSIONS_MAX] = {"1"};
    long tensor_bytes = 1024, work_us = 1000;
    int version_count = 0, choice;
    prover->host_id = "bench-host";
    prover->model = "bench";
    while ((choice = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        if (choice == 'l') listen_text = optarg;
        if (choice == 't') tensor_bytes = strtol(optarg, NULL, 10);
        if (choice == 'm') prover->model = optarg;
        if (choice == 'k') key_file = optarg;
        if (choice == 'i') prover->host_id = optarg;
        if (choice == 's') upstream.work.servers = strtol(optarg, NULL, 10);
        if (choice == 'w') work_us = strtol(optarg, NULL, 10);
        if (choice == 'h') return fputs(usage, stdout) < 0;
        if (choice == '?') return EXIT_USAGE;
        if (choice == 'v') {
            if (version_count == VERSIONS_MAX || strlen(optarg) > VERSION_NAME_MAX || strlen(optarg) == 0)
                die(EXIT_USAGE, "--version: at most %d, of 1 to %d characters", VERSIONS_MAX, VERSION_NAME_MAX);
            versions[version_count++] = optarg;
        }
    }
    if (tensor_bytes < 1 || tensor_bytes > 64 << 20) die(EXIT_USAGE, "--tensor: 1 to %d bytes", 64 << 20);
    if (upstream.work.servers < 0 || upstream.work.servers > 10000) die(EXIT_USAGE, "--servers: 0 to 10000");
    if (work_us < 1 || work_us > 60000000) die(EXIT_USAGE, "--work-us: 1 to 60000000");
    upstream.work.each_ns = (uint64_t)work_us * 1000;
    if (optind < argc) die(EXIT_USAGE, "%s: unknown argument (--help lists them)", argv[optind]);
    prover->version_count = version_count == 0 ? 1 : version_count;
    allow_descriptors();
    huffman_init();
    signal(SIGPIPE, SIG_IGN);
    if (key_file != NULL) prover_init(prover, key_file);
    upstream.attested = key_file != NULL;
    for (int i = 0; i < prover->version_count; i++) {
        if (strlen(versions[i]) != strlen(versions[0])) die(EXIT_USAGE, "--version: all must have one length");
        version_init(&prover->versions[i], prover->model, versions[i]);
        upstream.responses[i] = infer_response(prover->model, versions[i], (size_t)tensor_bytes);
    }
    prepare_headers();
    struct sockaddr_in address = parse_address(listen_text);
    uint16_t port;
    upstream.epoll = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_on(&address, &port);
    print_ready(&address, port);
    serve(listener);
    printf("ended answered=%llu\n", (unsigned long long)upstream.answered_count);
    return 0;
}
