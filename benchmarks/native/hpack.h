/* HPACK, RFC 7541: a whole decoder, and an encoder for header lists known beforehand. */
#ifndef WB_HPACK_H
#define WB_HPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The table both sides start with (RFC 9113 6.5.2); we never announce another. */
#define HPACK_TABLE_BYTES 4096
/* An entry counts its bytes and 32 more, so this many fit at most. */
#define HPACK_ENTRIES_MAX (HPACK_TABLE_BYTES / 32)
/* Longest name or value after Huffman decoding. */
#define HPACK_STRING_MAX 16384
/* Different fields one program sends over a connection. */
#define HPACK_HEADERS_MAX 64

struct hpack_field {
    const char *name, *value;
    size_t name_length, value_length;
};

/* Told each field of a block in order; the field is good only during the call. */
typedef void hpack_sink(void *context, const struct hpack_field *field);

struct hpack_entry {
    uint32_t offset, name_length, value_length;
};

/* Confined to one connection. */
struct hpack_decoder {
    struct hpack_entry entries[HPACK_ENTRIES_MAX];
    uint32_t oldest, count; /* entries[oldest] is the next to be evicted */
    uint32_t size, size_max;
    uint32_t write_at;
    /* Three tables long: a live table, the unused rest before a wrap, and the new entry never overlap. */
    char bytes[3 * HPACK_TABLE_BYTES];
    char name[HPACK_STRING_MAX], value[HPACK_STRING_MAX];
};

void hpack_decoder_init(struct hpack_decoder *decoder);

/* Decodes one header block; false when it breaks RFC 7541. */
bool hpack_decode(struct hpack_decoder *decoder, const uint8_t *block, size_t length, hpack_sink *sink, void *context);

/* A field that may be sent, made once by hpack_header. */
struct hpack_header {
    const char *name, *value;
    size_t name_length, value_length;
    int static_name;  /* index in the static table whose name this is, or 0 */
    int static_field; /* index in the static table of the whole field, or 0 */
    bool indexed;     /* put it into the dynamic table at its first use, as clients do with what repeats */
};

struct hpack_header hpack_header(const char *name, const char *value, bool indexed);

/* What one connection's peer already has in its table. Nothing is ever evicted: see hpack_table_size. */
struct hpack_encoder {
    uint16_t sequence[HPACK_HEADERS_MAX]; /* by header: its insertion number from 1, or 0 */
    uint16_t inserted;
    bool plain;       /* the peer's table is smaller than ours would be: send literals only */
    bool say_cleared; /* the next block must begin with the table's new size, 0 */
};

/* The peer announced SETTINGS_HEADER_TABLE_SIZE (nginx announces 0 to its upstreams). */
void hpack_encoder_table(struct hpack_encoder *encoder, uint32_t size);

/* Dynamic table bytes of these headers: must not pass HPACK_TABLE_BYTES, which the caller checks at start. */
size_t hpack_table_size(const struct hpack_header *headers, int count);

/*
 * Appends headers[from..to) of the program's list to out and answers with the bytes written; out must have room for every
 * name and value and 16 bytes more each.
 */
size_t hpack_encode(struct hpack_encoder *encoder, const struct hpack_header *headers, int from, int to, uint8_t *out);

/* Appends a literal that is not indexed: for what differs in each call. Answers with the bytes written. */
size_t hpack_encode_literal(uint8_t *out, const char *name, size_t name_length, const char *value, size_t value_length);

/* Huffman code of RFC 7541 Appendix B: the decoded length, or -1 when the bytes are not a valid string or too long. */
long huffman_decode(const uint8_t *bytes, size_t length, char *out, size_t out_max);

/* Builds the decoding tables; once, before anything is decoded. */
void huffman_init(void);

#endif
