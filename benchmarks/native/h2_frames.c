#include "h2_frames.h"

#include <string.h>

/* Half of a window may be used up before it is given back: few WINDOW_UPDATE frames, and the peer never waits. */
static void credit(struct h2_conn *conn, struct h2_stream *stream, size_t received) {
    conn->uncredited += (uint32_t)received;
    if (conn->uncredited >= H2_CONNECTION_WINDOW / 2) {
        h2_send_window_update(conn, 0, conn->uncredited);
        conn->uncredited = 0;
    }
    if (stream == NULL) return;
    stream->uncredited += (uint32_t)received;
    if (stream->uncredited >= H2_STREAM_WINDOW / 2) {
        h2_send_window_update(conn, stream->id, stream->uncredited);
        stream->uncredited = 0;
    }
}

/* Strips padding; false when there is more of it than payload. */
static bool strip_padding(uint8_t flags, const uint8_t **payload, size_t *length) {
    if ((flags & FLAG_PADDED) == 0) return true;
    if (*length == 0 || (*payload)[0] >= *length) return false;
    *length -= 1u + (*payload)[0];
    *payload += 1;
    return true;
}

static const char *on_data(struct h2_conn *conn, uint8_t flags, uint32_t id, const uint8_t *payload, size_t length) {
    struct h2_stream *stream = h2_find(conn, id);
    credit(conn, stream, length);
    if (!strip_padding(flags, &payload, &length)) return "padding longer than its frame";
    if (stream == NULL) return NULL; /* reset a moment ago */
    conn->handler->data(conn, stream, payload, length);
    if (flags & H2_FLAG_END_STREAM) conn->handler->ended(conn, stream);
    return NULL;
}

struct decode_context {
    struct h2_conn *conn;
    struct h2_stream *stream;
};

static void on_field(void *context, const struct hpack_field *field) {
    struct decode_context *decode = context;
    if (decode->stream != NULL) decode->conn->handler->field(decode->conn, decode->stream, field);
}

static const char *on_block(struct h2_conn *conn, uint8_t flags, uint32_t id, const uint8_t *block, size_t length) {
    struct decode_context decode = {conn, h2_find(conn, id)};
    if (decode.stream == NULL && !conn->client && !conn->going_away && id >= conn->next_id) {
        conn->next_id = id + 2;
        decode.stream = h2_stream_add(conn, id);
        conn->handler->opened(conn, decode.stream);
    }
    if (!hpack_decode(&conn->decoder, block, length, on_field, &decode)) return "header block breaks RFC 7541";
    if (decode.stream != NULL && (flags & H2_FLAG_END_STREAM)) conn->handler->ended(conn, decode.stream);
    return NULL;
}

static const char *on_headers(struct h2_conn *conn, uint8_t flags, uint32_t id, const uint8_t *payload, size_t length) {
    if (id == 0) return "HEADERS on stream 0";
    if (!strip_padding(flags, &payload, &length)) return "padding longer than its frame";
    if (flags & FLAG_PRIORITY) {
        if (length < 5) return "HEADERS too short for its priority";
        payload += 5;
        length -= 5;
    }
    if (flags & FLAG_END_HEADERS) return on_block(conn, flags, id, payload, length);
    memcpy(conn->block, payload, length);
    conn->block_length = length;
    conn->block_stream = id;
    conn->block_flags = flags;
    return NULL;
}

static const char *on_continuation(struct h2_conn *conn, uint8_t flags, uint32_t id, const uint8_t *payload,
                                   size_t length) {
    if (conn->block_stream == 0 || conn->block_stream != id) return "CONTINUATION out of place";
    if (conn->block_length + length > BLOCK_BYTES_MAX) return "header block too long";
    memcpy(conn->block + conn->block_length, payload, length);
    conn->block_length += length;
    if ((flags & FLAG_END_HEADERS) == 0) return NULL;
    conn->block_stream = 0;
    return on_block(conn, conn->block_flags, id, conn->block, conn->block_length);
}

static void move_windows(struct h2_conn *conn, uint32_t initial) {
    int64_t change = (int64_t)initial - conn->peer_initial_window;
    conn->peer_initial_window = initial;
    for (int i = 0; i < H2_STREAM_BUCKETS; i++)
        for (struct h2_stream *stream = conn->buckets[i]; stream != NULL; stream = stream->next_in_bucket)
            stream->send_window += change;
}

static const char *on_settings(struct h2_conn *conn, uint8_t flags, const uint8_t *payload, size_t length) {
    if (flags & FLAG_ACK) return NULL;
    if (length % 6 != 0) return "SETTINGS of a broken length";
    for (const uint8_t *at = payload; at < payload + length; at += 6) {
        uint32_t id = (uint32_t)at[0] << 8 | at[1], value = get_u32(at + 2);
        if (id == SETTINGS_HEADER_TABLE_SIZE) hpack_encoder_table(&conn->encoder, value);
        if (id == SETTINGS_MAX_CONCURRENT_STREAMS) conn->peer_streams_max = value;
        if (id == SETTINGS_INITIAL_WINDOW_SIZE) {
            if (value > 0x7fffffff) return "initial window too large";
            move_windows(conn, value);
        }
    }
    conn->settings_seen = true;
    h2_begin_frame(conn, 0);
    h2_end_frame(conn, FRAME_SETTINGS, FLAG_ACK, 0, 0);
    h2_resume(conn);
    return NULL;
}

static const char *on_window_update(struct h2_conn *conn, uint32_t id, const uint8_t *payload, size_t length) {
    if (length != 4) return "WINDOW_UPDATE of a broken length";
    uint32_t amount = get_u32(payload) & 0x7fffffff;
    if (id == 0) {
        conn->send_window += amount;
    } else {
        struct h2_stream *stream = h2_find(conn, id);
        if (stream != NULL) stream->send_window += amount;
    }
    h2_resume(conn);
    return NULL;
}

static const char *on_goaway(struct h2_conn *conn, const uint8_t *payload, size_t length) {
    if (length < 8) return "GOAWAY of a broken length";
    conn->going_away = true;
    conn->last_stream_id = get_u32(payload) & 0x7fffffff;
    if (!conn->client) return NULL;
    /* Streams above were not seen and will get no answer. */
    for (int i = 0; i < H2_STREAM_BUCKETS; i++) {
        struct h2_stream *stream = conn->buckets[i];
        while (stream != NULL) {
            struct h2_stream *next = stream->next_in_bucket;
            if (stream->id > conn->last_stream_id) {
                conn->handler->reset(conn, stream, H2_CANCEL);
                h2_stream_free(conn, stream);
            }
            stream = next;
        }
    }
    return NULL;
}

const char *h2_frame(struct h2_conn *conn, uint8_t type, uint8_t flags, uint32_t stream_id, const uint8_t *payload,
                     size_t length) {
    if (conn->block_stream != 0 && type != FRAME_CONTINUATION) return "header block interrupted";
    switch (type) {
        case FRAME_DATA:
            return on_data(conn, flags, stream_id, payload, length);
        case FRAME_HEADERS:
            return on_headers(conn, flags, stream_id, payload, length);
        case FRAME_CONTINUATION:
            return on_continuation(conn, flags, stream_id, payload, length);
        case FRAME_SETTINGS:
            return on_settings(conn, flags, payload, length);
        case FRAME_WINDOW_UPDATE:
            return on_window_update(conn, stream_id, payload, length);
        case FRAME_GOAWAY:
            return on_goaway(conn, payload, length);
        case FRAME_PING:
            if (length != 8) return "PING of a broken length";
            if ((flags & FLAG_ACK) == 0) {
                memcpy(h2_begin_frame(conn, 8), payload, 8);
                h2_end_frame(conn, FRAME_PING, FLAG_ACK, 0, 8);
            }
            return NULL;
        case FRAME_RST_STREAM: {
            struct h2_stream *stream = h2_find(conn, stream_id);
            if (length != 4) return "RST_STREAM of a broken length";
            if (stream == NULL) return NULL;
            conn->handler->reset(conn, stream, get_u32(payload));
            h2_stream_free(conn, stream);
            return NULL;
        }
        case FRAME_PUSH_PROMISE:
            return "PUSH_PROMISE, which we forbade";
        default:
            return NULL; /* PRIORITY, and what extensions add */
    }
}

void grpc_count(struct h2_stream *stream, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; stream->received + i < sizeof stream->prefix && i < length; i++)
        stream->prefix[stream->received + i] = bytes[i];
    stream->received += length;
    size_t kept = sizeof stream->tail;
    if (length >= kept) {
        memcpy(stream->tail, bytes + length - kept, kept);
    } else {
        memmove(stream->tail, stream->tail + length, kept - length);
        memcpy(stream->tail + kept - length, bytes, length);
    }
}

bool grpc_one_message(const struct h2_stream *stream, uint32_t *message_length) {
    if (stream->received < sizeof stream->prefix || stream->prefix[0] != 0) return false;
    *message_length = get_u32(stream->prefix + 1);
    return stream->received == sizeof stream->prefix + *message_length;
}
