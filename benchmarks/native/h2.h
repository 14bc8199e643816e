/* HTTP/2, RFC 9113, as far as unary gRPC calls need it, for either side of a connection. */
#ifndef WB_H2_H
#define WB_H2_H

#include "hpack.h"

enum { H2_FLAG_END_STREAM = 0x1 };
enum { H2_NO_ERROR = 0, H2_PROTOCOL_ERROR = 1, H2_CANCEL = 8 };

#define H2_STREAM_BUCKETS 1024
/* What we allow a peer to send ahead: plenty for one message, as gRPC clients announce after a while. */
#define H2_STREAM_WINDOW (1 << 20)
#define H2_CONNECTION_WINDOW (4 << 20)
/* Stream ids end at 2^31; a connection is replaced a little before. */
#define H2_STREAM_ID_LAST 0x7ffffff0u

struct h2_conn;
struct job;
struct ssl_st;

/* One call. The second half belongs to the program, which finds it zeroed. */
struct h2_stream {
    uint32_t id;
    struct h2_stream *next_in_bucket, *next_blocked;
    bool blocked;
    int64_t send_window;
    uint32_t uncredited; /* bytes received and not yet given back by WINDOW_UPDATE */
    const uint8_t *body; /* borrowed until sent */
    size_t body_length, body_sent;
    bool body_ends_stream;

    uint64_t started_ns;
    size_t received;
    uint8_t prefix[5]; /* of the gRPC message: flag and length */
    uint8_t tail[16];  /* last bytes received, oldest first */
    uint8_t *kept;     /* the whole body, where the program asked for it */
    int http_status, grpc_status;
    int method;
    unsigned seen_required; /* wb-load: one bit for each header required */
    bool counted;
    struct job *job; /* wb-upstream: while the answer is worked on */
};

/* What a program does with what arrives. Streams are freed by the program, with h2_stream_free. */
struct h2_handler {
    /* A request began (server only): set the stream up. */
    void (*opened)(struct h2_conn *, struct h2_stream *);
    /* A header or trailer field. */
    void (*field)(struct h2_conn *, struct h2_stream *, const struct hpack_field *);
    void (*data)(struct h2_conn *, struct h2_stream *, const uint8_t *bytes, size_t length);
    /* The peer has ended its side. */
    void (*ended)(struct h2_conn *, struct h2_stream *);
    void (*reset)(struct h2_conn *, struct h2_stream *, uint32_t code);
    /* The last byte given to h2_send_body went into the output. */
    void (*body_sent)(struct h2_conn *, struct h2_stream *);
};

/* Confined to its program's only thread. */
struct h2_conn {
    int fd;
    struct ssl_st *tls; /* NULL: plain */
    bool client;
    const struct h2_handler *handler;
    void *owner;
    const char *failure; /* why reading or writing failed, once it did */
    bool settings_seen, preface_seen;
    bool going_away; /* no new streams: the peer said GOAWAY */
    uint32_t last_stream_id; /* of the GOAWAY */
    uint32_t next_id;
    uint32_t open_count, peer_streams_max;
    int64_t send_window;
    uint32_t peer_initial_window;
    uint32_t uncredited;
    struct hpack_decoder decoder;
    struct hpack_encoder encoder;
    struct h2_stream *buckets[H2_STREAM_BUCKETS];
    struct h2_stream *blocked_first, *blocked_last;
    uint8_t *in, *out, *block;
    size_t in_length, out_length, out_sent, out_size, block_length;
    uint32_t block_stream;
    uint8_t block_flags;
    bool wants_write; /* the socket took not everything: wait for EPOLLOUT */
};

/* Makes a connection over a connected socket and queues what must come first. */
struct h2_conn *h2_open(int fd, bool client, const struct h2_handler *handler, void *owner);

/* Frees the connection and every stream left; each is handed to `reset` first. Closes the socket. */
void h2_close(struct h2_conn *conn);

/* Reads once and handles every whole frame; false when the connection is over (see failure). */
bool h2_readable(struct h2_conn *conn);

/* Writes what is queued, in one system call if the socket takes it; false when the connection is over. */
bool h2_flush(struct h2_conn *conn);

/* A new stream (client): the caller has checked h2_can_open. */
struct h2_stream *h2_stream_new(struct h2_conn *conn);
bool h2_can_open(const struct h2_conn *conn);
void h2_stream_free(struct h2_conn *conn, struct h2_stream *stream);

/* Room for a frame of at most this payload; filled by the caller and finished by h2_end_frame. */
uint8_t *h2_begin_frame(struct h2_conn *conn, size_t payload_max);
void h2_end_frame(struct h2_conn *conn, uint8_t type, uint8_t flags, uint32_t stream_id, size_t payload);

/* Queues HEADERS made of headers[from..to) of the program's list, and literal if it is not NULL. */
void h2_send_headers(struct h2_conn *conn, const struct h2_stream *stream, const struct hpack_header *headers, int from,
                     int to, const struct hpack_field *literal, bool end_stream);

/* Queues the body as far as both windows allow, the rest when they open. Borrows the bytes until body_sent. */
void h2_send_body(struct h2_conn *conn, struct h2_stream *stream, const uint8_t *body, size_t length, bool end_stream);

void h2_send_reset(struct h2_conn *conn, const struct h2_stream *stream, uint32_t code);

/* Counts the bytes of a gRPC body: its length, the message prefix and its last bytes. */
void grpc_count(struct h2_stream *stream, const uint8_t *bytes, size_t length);

/* Whether the body is exactly one uncompressed message; *message_length is its length. */
bool grpc_one_message(const struct h2_stream *stream, uint32_t *message_length);

#endif
