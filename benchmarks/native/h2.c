#include "h2.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "h2_frames.h"
#include "net.h"
#include "tls.h"

/* One read takes at most this: several calls of a batch at 1 KiB, a whole message at 128 KiB. */
#define IN_BYTES (256 << 10)
#define OUT_BYTES_FIRST (64 << 10)

static struct h2_stream **bucket(struct h2_conn *conn, uint32_t id) {
    return &conn->buckets[(id >> 1) % H2_STREAM_BUCKETS];
}

struct h2_stream *h2_find(struct h2_conn *conn, uint32_t id) {
    struct h2_stream *stream = *bucket(conn, id);
    while (stream != NULL && stream->id != id) stream = stream->next_in_bucket;
    return stream;
}

struct h2_stream *h2_stream_add(struct h2_conn *conn, uint32_t id) {
    struct h2_stream *stream = allocate(sizeof *stream);
    struct h2_stream **first = bucket(conn, id);
    stream->id = id;
    stream->send_window = conn->peer_initial_window;
    stream->grpc_status = -1;
    stream->next_in_bucket = *first;
    *first = stream;
    conn->open_count++;
    return stream;
}

struct h2_stream *h2_stream_new(struct h2_conn *conn) {
    struct h2_stream *stream = h2_stream_add(conn, conn->next_id);
    conn->next_id += 2;
    return stream;
}

bool h2_can_open(const struct h2_conn *conn) {
    return conn->settings_seen && !conn->going_away && conn->open_count < conn->peer_streams_max &&
           conn->next_id < H2_STREAM_ID_LAST;
}

void h2_stream_free(struct h2_conn *conn, struct h2_stream *stream) {
    struct h2_stream **link = bucket(conn, stream->id);
    while (*link != stream) link = &(*link)->next_in_bucket;
    *link = stream->next_in_bucket;
    if (stream->blocked) {
        struct h2_stream **wait = &conn->blocked_first, *before = NULL;
        while (*wait != stream) {
            before = *wait;
            wait = &before->next_blocked;
        }
        *wait = stream->next_blocked;
        if (conn->blocked_last == stream) conn->blocked_last = before;
    }
    conn->open_count--;
    free(stream->kept);
    free(stream);
}

uint8_t *h2_begin_frame(struct h2_conn *conn, size_t payload_max) {
    size_t needed = conn->out_length + FRAME_HEADER_BYTES + payload_max;
    if (needed > conn->out_size) {
        while (conn->out_size < needed) conn->out_size *= 2;
        conn->out = reallocate(conn->out, conn->out_size);
    }
    return conn->out + conn->out_length + FRAME_HEADER_BYTES;
}

void h2_end_frame(struct h2_conn *conn, uint8_t type, uint8_t flags, uint32_t stream_id, size_t payload) {
    uint8_t *at = conn->out + conn->out_length;
    at[0] = (uint8_t)(payload >> 16);
    at[1] = (uint8_t)(payload >> 8);
    at[2] = (uint8_t)payload;
    at[3] = type;
    at[4] = flags;
    put_u32(at + 5, stream_id);
    conn->out_length += FRAME_HEADER_BYTES + payload;
}

void h2_send_window_update(struct h2_conn *conn, uint32_t stream_id, uint32_t credit) {
    put_u32(h2_begin_frame(conn, 4), credit);
    h2_end_frame(conn, FRAME_WINDOW_UPDATE, 0, stream_id, 4);
}

void h2_send_reset(struct h2_conn *conn, const struct h2_stream *stream, uint32_t code) {
    put_u32(h2_begin_frame(conn, 4), code);
    h2_end_frame(conn, FRAME_RST_STREAM, 0, stream->id, 4);
}

static uint8_t *put_setting(uint8_t *at, uint16_t id, uint32_t value) {
    at[0] = (uint8_t)(id >> 8);
    at[1] = (uint8_t)id;
    put_u32(at + 2, value);
    return at + 6;
}

struct h2_conn *h2_open(int fd, bool client, const struct h2_handler *handler, void *owner) {
    struct h2_conn *conn = allocate(sizeof *conn);
    conn->fd = fd;
    conn->client = client;
    conn->handler = handler;
    conn->owner = owner;
    conn->next_id = 1;
    conn->peer_streams_max = UINT32_MAX; /* RFC 9113 6.5.2: no limit until one is announced */
    conn->send_window = conn->peer_initial_window = WINDOW_DEFAULT;
    conn->in = allocate(IN_BYTES);
    conn->block = allocate(BLOCK_BYTES_MAX);
    conn->out_size = OUT_BYTES_FIRST;
    conn->out = allocate(conn->out_size);
    hpack_decoder_init(&conn->decoder);
    if (client) {
        memcpy(conn->out, H2_PREFACE, H2_PREFACE_BYTES);
        conn->out_length = H2_PREFACE_BYTES;
        conn->preface_seen = true;
    }
    uint8_t *payload = h2_begin_frame(conn, 12), *at = payload;
    if (client)
        at = put_setting(at, SETTINGS_ENABLE_PUSH, 0);
    else
        at = put_setting(at, SETTINGS_MAX_CONCURRENT_STREAMS, SERVER_STREAMS_MAX);
    at = put_setting(at, SETTINGS_INITIAL_WINDOW_SIZE, H2_STREAM_WINDOW);
    h2_end_frame(conn, FRAME_SETTINGS, 0, 0, (size_t)(at - payload));
    h2_send_window_update(conn, 0, H2_CONNECTION_WINDOW - WINDOW_DEFAULT);
    return conn;
}

void h2_close(struct h2_conn *conn) {
    for (int i = 0; i < H2_STREAM_BUCKETS; i++) {
        while (conn->buckets[i] != NULL) {
            struct h2_stream *stream = conn->buckets[i];
            conn->handler->reset(conn, stream, H2_CANCEL);
            h2_stream_free(conn, stream);
        }
    }
    if (conn->tls != NULL) tls_close(conn->tls);
    close(conn->fd);
    free(conn->in);
    free(conn->out);
    free(conn->block);
    free(conn);
}

bool h2_flush(struct h2_conn *conn) {
    conn->wants_write = false;
    while (conn->out_sent < conn->out_length) {
        const uint8_t *next = conn->out + conn->out_sent;
        size_t left = conn->out_length - conn->out_sent;
        ssize_t sent = conn->tls == NULL ? send(conn->fd, next, left, MSG_NOSIGNAL) : tls_send(conn->tls, next, left);
        if (sent < 0) {
            if (errno == EINTR) continue;
            conn->wants_write = errno == EAGAIN;
            if (!conn->wants_write) conn->failure = strerror(errno);
            return conn->wants_write;
        }
        conn->out_sent += (size_t)sent;
    }
    conn->out_sent = conn->out_length = 0;
    return true;
}

bool h2_readable(struct h2_conn *conn) {
    uint8_t *free_from = conn->in + conn->in_length;
    size_t room = IN_BYTES - conn->in_length;
    ssize_t got = conn->tls == NULL ? recv(conn->fd, free_from, room, 0) : tls_receive(conn->tls, free_from, room);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) {
        conn->failure = got == 0 ? "closed by the peer" : strerror(errno);
        return false;
    }
    conn->in_length += (size_t)got;
    size_t at = 0;
    if (!conn->preface_seen) {
        if (conn->in_length < H2_PREFACE_BYTES) return true;
        if (memcmp(conn->in, H2_PREFACE, H2_PREFACE_BYTES) != 0) {
            conn->failure = "no HTTP/2 preface";
            return false;
        }
        conn->preface_seen = true;
        at = H2_PREFACE_BYTES;
    }
    while (conn->in_length - at >= FRAME_HEADER_BYTES) {
        const uint8_t *frame = conn->in + at;
        size_t length = (size_t)frame[0] << 16 | (size_t)frame[1] << 8 | frame[2];
        if (length > FRAME_BYTES_MAX) {
            conn->failure = "frame larger than announced";
            return false;
        }
        if (conn->in_length - at < FRAME_HEADER_BYTES + length) break;
        uint32_t stream_id = get_u32(frame + 5) & 0x7fffffff;
        conn->failure = h2_frame(conn, frame[3], frame[4], stream_id, frame + FRAME_HEADER_BYTES, length);
        if (conn->failure != NULL) return false;
        at += FRAME_HEADER_BYTES + length;
    }
    conn->in_length -= at;
    memmove(conn->in, conn->in + at, conn->in_length);
    return true;
}

void h2_send_headers(struct h2_conn *conn, const struct h2_stream *stream, const struct hpack_header *headers, int from,
                     int to, const struct hpack_field *literal, bool end_stream) {
    uint8_t *payload = h2_begin_frame(conn, FRAME_BYTES_MAX);
    size_t length = hpack_encode(&conn->encoder, headers, from, to, payload);
    if (literal != NULL)
        length += hpack_encode_literal(payload + length, literal->name, literal->name_length, literal->value,
                                       literal->value_length);
    h2_end_frame(conn, FRAME_HEADERS, (uint8_t)(FLAG_END_HEADERS | (end_stream ? H2_FLAG_END_STREAM : 0)), stream->id,
                 length);
}

static void push_body(struct h2_conn *conn, struct h2_stream *stream) {
    while (stream->body_sent < stream->body_length) {
        int64_t room = stream->send_window < conn->send_window ? stream->send_window : conn->send_window;
        if (room <= 0) {
            stream->blocked = true;
            stream->next_blocked = NULL;
            if (conn->blocked_first == NULL)
                conn->blocked_first = stream;
            else
                conn->blocked_last->next_blocked = stream;
            conn->blocked_last = stream;
            return;
        }
        size_t length = stream->body_length - stream->body_sent;
        if (length > FRAME_BYTES_MAX) length = FRAME_BYTES_MAX;
        if ((int64_t)length > room) length = (size_t)room;
        memcpy(h2_begin_frame(conn, length), stream->body + stream->body_sent, length);
        stream->body_sent += length;
        stream->send_window -= (int64_t)length;
        conn->send_window -= (int64_t)length;
        bool last = stream->body_ends_stream && stream->body_sent == stream->body_length;
        h2_end_frame(conn, FRAME_DATA, last ? H2_FLAG_END_STREAM : 0, stream->id, length);
    }
    conn->handler->body_sent(conn, stream);
}

void h2_send_body(struct h2_conn *conn, struct h2_stream *stream, const uint8_t *body, size_t length, bool end_stream) {
    stream->body = body;
    stream->body_length = length;
    stream->body_sent = 0;
    stream->body_ends_stream = end_stream;
    push_body(conn, stream);
}

void h2_resume(struct h2_conn *conn) {
    struct h2_stream *stream = conn->blocked_first;
    conn->blocked_first = conn->blocked_last = NULL;
    while (stream != NULL) {
        struct h2_stream *next = stream->next_blocked;
        stream->blocked = false;
        push_body(conn, stream); /* joins the list again if it is still blocked */
        stream = next;
    }
}
