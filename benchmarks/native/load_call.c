/* One call of wb-load: what is sent, and the verdict on what comes back. */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "load.h"
#include "net.h"

#define TRACEPARENT_LENGTH 55
#define MODEL_NAME_MAX 256

static uint64_t next_random(struct load *load) {
    load->random ^= load->random << 13;
    load->random ^= load->random >> 7;
    load->random ^= load->random << 17;
    return load->random;
}

static void put_hex(char *out, uint64_t value) {
    for (int i = 15; i >= 0; i--, value >>= 4) out[i] = "0123456789abcdef"[value & 15];
}

static void add_header(struct load *load, const char *name, const char *value, bool indexed) {
    load->headers[load->header_count++] = hpack_header(name, value, indexed);
}

static void prepare_requests(struct load *load) {
    const struct options *options = &load->options;
    load->request_count = options->models > 0 ? options->models : 1;
    load->requests = allocate((size_t)load->request_count * sizeof *load->requests);
    for (int i = 0; i < load->request_count; i++) {
        char name[MODEL_NAME_MAX];
        int length = options->models > 0 ? snprintf(name, sizeof name, "%s-%d", options->model, i)
                                         : snprintf(name, sizeof name, "%s", options->model);
        if (length >= (int)sizeof name) die(EXIT_USAGE, "--model: at most %d characters", MODEL_NAME_MAX - 1);
        load->requests[i] = infer_request(name, options->version, options->tensor_bytes);
    }
}

void load_prepare(struct load *load) {
    const struct options *options = &load->options;
    load->random = now_ns() | 1;
    prepare_requests(load);
    add_header(load, ":method", "POST", true);
    add_header(load, ":scheme", load->options.ca_file == NULL ? "http" : "https", true);
    char *path;
    if (asprintf(&path, "/%s", options->method) < 0) die(EXIT_BROKEN, "out of memory");
    add_header(load, ":path", path, true);
    add_header(load, ":authority", options->authority, true);
    add_header(load, "te", "trailers", true);
    add_header(load, "content-type", "application/grpc", true);
    add_header(load, "user-agent", "grpc-c/37.0.0 (linux; chttp2) wb-load/1", true);
    add_header(load, "grpc-accept-encoding", "identity, deflate, gzip", true);
    if (options->token != NULL) {
        char *bearer;
        if (asprintf(&bearer, "Bearer %s", options->token) < 0) die(EXIT_BROKEN, "out of memory");
        add_header(load, "authorization", bearer, true);
    }
    /* Clients send what is left of a deadline, so the value seldom repeats and is not worth a table entry. */
    if (options->timeout != NULL) add_header(load, "grpc-timeout", options->timeout, false);
    if (hpack_table_size(load->headers, load->header_count) > HPACK_TABLE_BYTES)
        die(EXIT_USAGE, "headers larger than the HPACK table (%d bytes): is the token that long?", HPACK_TABLE_BYTES);
}

void load_start_call(struct load *load, struct h2_conn *conn, uint64_t started_ns) {
    struct h2_stream *stream = h2_stream_new(conn);
    stream->started_ns = started_ns;
    char traceparent[TRACEPARENT_LENGTH];
    memcpy(traceparent, "00-", 3);
    put_hex(traceparent + 3, next_random(load));
    put_hex(traceparent + 19, next_random(load) | 1);
    traceparent[35] = '-';
    uint64_t span = next_random(load) | 1;
    put_hex(traceparent + 36, span);
    bool sampled = load->options.sampled > 0 && (double)(span >> 11) * 0x1p-53 < load->options.sampled;
    memcpy(traceparent + 52, sampled ? "-01" : "-00", 3);
    struct hpack_field trace = {"traceparent", traceparent, 11, sizeof traceparent};
    load->in_flight_count++;
    h2_send_headers(conn, stream, load->headers, 0, load->header_count, &trace, false);
    const struct bytes *request =
        &load->requests[load->request_count == 1 ? 0 : next_random(load) % (uint64_t)load->request_count];
    h2_send_body(conn, stream, request->at, request->length, true);
}

/* Whether this end of a call belongs to the measured window. */
static bool counts(const struct load *load, const struct h2_stream *stream) {
    if (load->options.rate == 0) return load->phase == MEASURE;
    /* Open loop: by intended time, so that the slow ones at the end are not left out. */
    return load->phase != WARMUP && stream->started_ns >= load->window_from_ns &&
           stream->started_ns < load->window_to_ns;
}

static bool is(const struct hpack_field *field, const char *name, size_t length) {
    return field->name_length == length && memcmp(field->name, name, length) == 0;
}

static int to_int(const struct hpack_field *field) {
    int value = 0;
    if (field->value_length == 0 || field->value_length > 3) return -2;
    for (size_t i = 0; i < field->value_length; i++) {
        if (field->value[i] < '0' || field->value[i] > '9') return -2;
        value = 10 * value + field->value[i] - '0';
    }
    return value;
}

static void on_opened(struct h2_conn *conn, struct h2_stream *stream) {
    (void)conn;
    (void)stream; /* servers open nothing on a client */
}

static void on_field(struct h2_conn *conn, struct h2_stream *stream, const struct hpack_field *field) {
    struct load *load = conn->owner;
    if (is(field, ":status", 7)) {
        stream->http_status = to_int(field);
        load->grpc_message[0] = 0;
    } else if (is(field, "grpc-status", 11)) {
        stream->grpc_status = to_int(field);
    } else if (is(field, "grpc-message", 12)) {
        snprintf(load->grpc_message, sizeof load->grpc_message, "%.*s", (int)field->value_length, field->value);
    } else {
        for (int i = 0; i < load->options.required_count; i++)
            if (is(field, load->options.required[i], strlen(load->options.required[i]))) stream->seen_required |= 1u << i;
    }
}

static void on_data(struct h2_conn *conn, struct h2_stream *stream, const uint8_t *bytes, size_t length) {
    (void)conn;
    grpc_count(stream, bytes, length);
}

/* How long the gateway's reason is, with which its messages begin (docs/errors.md); 0 when there is none. */
static size_t reason_length(const char *message) {
    size_t length = strspn(message, "abcdefghijklmnopqrstuvwxyz_");
    return message[length] == ':' ? length : 0;
}

/* Whether the gateway refused because there is too much to do, and not because something is broken. */
static bool for_load(const char *message) {
    return strncmp(message, "overloaded:", 11) == 0 || strncmp(message, "rate_limited:", 13) == 0;
}

/* NULL for a call that succeeded in every respect, else the kind of its error. */
static const char *verdict(const struct load *load, const struct h2_stream *stream, char *room, size_t room_size) {
    if (stream->http_status != 200) {
        snprintf(room, room_size, "http_%d", stream->http_status);
        return room;
    }
    if (stream->grpc_status == -1) return "no_grpc_status";
    if (stream->grpc_status != 0) {
        size_t reason = reason_length(load->grpc_message);
        snprintf(room, room_size, "grpc_status_%d%s%.*s", stream->grpc_status, reason > 0 ? " " : "", (int)reason,
                 load->grpc_message);
        return room;
    }
    uint32_t length;
    if (!grpc_one_message(stream, &length)) return "body_not_one_message";
    if (load->options.expected_bytes >= 0 && length != (uint32_t)load->options.expected_bytes) return "byte_count";
    if (stream->body_sent < stream->body_length) return "answered_before_request";
    if (stream->seen_required != (1u << load->options.required_count) - 1) return "required_header_missing";
    return NULL;
}

static void on_ended(struct h2_conn *conn, struct h2_stream *stream) {
    struct load *load = conn->owner;
    char room[KIND_MAX];
    const char *error = verdict(load, stream, room, sizeof room);
    load->in_flight_count--;
    if (error != NULL) {
        /* An error in the warm-up would be one in the window: none is forgotten. */
        errors_add(&load->errors, error, load->grpc_message);
        if (for_load(load->grpc_message) && counts(load, stream)) histogram_add(&load->refused, load->now_ns - stream->started_ns);
    } else if (counts(load, stream)) {
        histogram_add(&load->latency, load->now_ns - stream->started_ns);
        load->bytes_received += stream->received;
    }
    if (stream->body_sent < stream->body_length) h2_send_reset(conn, stream, H2_CANCEL);
    h2_stream_free(conn, stream);
}

static void on_reset(struct h2_conn *conn, struct h2_stream *stream, uint32_t code) {
    struct load *load = conn->owner;
    (void)stream;
    char kind[32];
    snprintf(kind, sizeof kind, "reset_%u", code);
    load->in_flight_count--;
    if (conn->failure != NULL)
        errors_add(&load->errors, "connection_lost", conn->failure);
    else
        errors_add(&load->errors, kind, NULL);
}

static void on_body_sent(struct h2_conn *conn, struct h2_stream *stream) {
    (void)conn;
    (void)stream; /* END_STREAM went with it */
}

const struct h2_handler load_handler = {on_opened, on_field, on_data, on_ended, on_reset, on_body_sent};
