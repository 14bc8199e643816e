/* What h2.c (output, streams) and h2_frames.c (input) share. */
#ifndef WB_H2_FRAMES_H
#define WB_H2_FRAMES_H

#include "h2.h"

#define H2_PREFACE "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define H2_PREFACE_BYTES 24
#define FRAME_HEADER_BYTES 9
#define FRAME_BYTES_MAX 16384 /* the default SETTINGS_MAX_FRAME_SIZE, both ways */
#define BLOCK_BYTES_MAX (64 << 10)
#define WINDOW_DEFAULT 65535
#define SERVER_STREAMS_MAX 1024

enum {
    FRAME_DATA,
    FRAME_HEADERS,
    FRAME_PRIORITY,
    FRAME_RST_STREAM,
    FRAME_SETTINGS,
    FRAME_PUSH_PROMISE,
    FRAME_PING,
    FRAME_GOAWAY,
    FRAME_WINDOW_UPDATE,
    FRAME_CONTINUATION
};
enum { FLAG_ACK = 0x1, FLAG_END_HEADERS = 0x4, FLAG_PADDED = 0x8, FLAG_PRIORITY = 0x20 };
enum {
    SETTINGS_HEADER_TABLE_SIZE = 1,
    SETTINGS_ENABLE_PUSH = 2,
    SETTINGS_MAX_CONCURRENT_STREAMS = 3,
    SETTINGS_INITIAL_WINDOW_SIZE = 4
};

static inline uint32_t get_u32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline void put_u32(uint8_t *at, uint32_t value) {
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

/* Handles one whole frame; NULL, or why the connection must end. */
const char *h2_frame(struct h2_conn *conn, uint8_t type, uint8_t flags, uint32_t stream_id, const uint8_t *payload,
                     size_t length);

struct h2_stream *h2_find(struct h2_conn *conn, uint32_t id);
struct h2_stream *h2_stream_add(struct h2_conn *conn, uint32_t id);
void h2_send_window_update(struct h2_conn *conn, uint32_t stream_id, uint32_t credit);

/* A window opened: sends on for every stream that waited. */
void h2_resume(struct h2_conn *conn);

#endif
