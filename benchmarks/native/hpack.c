#include "hpack.h"

#include <string.h>

#define STATIC_ENTRIES 61
#define ENTRY_OVERHEAD 32

static const struct {
    const char *name, *value;
} static_table[STATIC_ENTRIES + 1] = {
    {"", ""},
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""},
};

void hpack_decoder_init(struct hpack_decoder *decoder) {
    decoder->oldest = decoder->count = decoder->size = decoder->write_at = 0;
    decoder->size_max = HPACK_TABLE_BYTES;
}

static void evict_to(struct hpack_decoder *decoder, uint32_t size) {
    while (decoder->size > size) {
        const struct hpack_entry *entry = &decoder->entries[decoder->oldest];
        decoder->size -= entry->name_length + entry->value_length + ENTRY_OVERHEAD;
        decoder->oldest = (decoder->oldest + 1) % HPACK_ENTRIES_MAX;
        decoder->count--;
    }
}

static void insert(struct hpack_decoder *decoder, const struct hpack_field *field) {
    size_t length = field->name_length + field->value_length;
    if (length + ENTRY_OVERHEAD > decoder->size_max) {
        evict_to(decoder, 0); /* RFC 7541 4.4: not an error, it empties the table */
        return;
    }
    evict_to(decoder, decoder->size_max - (uint32_t)(length + ENTRY_OVERHEAD));
    if (decoder->write_at + length > sizeof decoder->bytes) decoder->write_at = 0;
    char *at = decoder->bytes + decoder->write_at;
    memcpy(at, field->name, field->name_length);
    memcpy(at + field->name_length, field->value, field->value_length);
    decoder->entries[(decoder->oldest + decoder->count) % HPACK_ENTRIES_MAX] = (struct hpack_entry){
        decoder->write_at, (uint32_t)field->name_length, (uint32_t)field->value_length};
    decoder->write_at += (uint32_t)length;
    decoder->count++;
    decoder->size += (uint32_t)length + ENTRY_OVERHEAD;
}

static bool lookup(const struct hpack_decoder *decoder, uint64_t index, struct hpack_field *field) {
    if (index == 0) return false;
    if (index <= STATIC_ENTRIES) {
        field->name = static_table[index].name;
        field->name_length = strlen(field->name);
        field->value = static_table[index].value;
        field->value_length = strlen(field->value);
        return true;
    }
    uint64_t age = index - STATIC_ENTRIES; /* 1 is the newest */
    if (age > decoder->count) return false;
    const struct hpack_entry *entry =
        &decoder->entries[(decoder->oldest + decoder->count - age) % HPACK_ENTRIES_MAX];
    field->name = decoder->bytes + entry->offset;
    field->name_length = entry->name_length;
    field->value = field->name + entry->name_length;
    field->value_length = entry->value_length;
    return true;
}

/* Reads an integer with this many prefix bits (RFC 7541 5.1); false when cut short or above 2^28. */
static bool read_integer(const uint8_t **at, const uint8_t *end, unsigned prefix_bits, uint64_t *value) {
    uint64_t prefix_max = (1u << prefix_bits) - 1;
    *value = *(*at)++ & prefix_max;
    if (*value < prefix_max) return true;
    for (unsigned shift = 0; *at < end && shift <= 21; shift += 7) {
        uint8_t octet = *(*at)++;
        *value += (uint64_t)(octet & 0x7f) << shift;
        if ((octet & 0x80) == 0) return true;
    }
    return false;
}

static bool read_string(const uint8_t **at, const uint8_t *end, char *scratch, const char **text, size_t *length) {
    if (*at >= end) return false;
    bool huffman = **at & 0x80;
    uint64_t encoded;
    if (!read_integer(at, end, 7, &encoded) || encoded > (uint64_t)(end - *at)) return false;
    *text = (const char *)*at;
    *length = encoded;
    if (huffman) {
        long decoded = huffman_decode(*at, encoded, scratch, HPACK_STRING_MAX);
        if (decoded < 0) return false;
        *text = scratch;
        *length = (size_t)decoded;
    }
    *at += encoded;
    return true;
}

bool hpack_decode(struct hpack_decoder *decoder, const uint8_t *block, size_t length, hpack_sink *sink, void *context) {
    const uint8_t *at = block, *end = block + length;
    while (at < end) {
        uint8_t first = *at;
        struct hpack_field field;
        uint64_t index;
        if (first & 0x80) {
            if (!read_integer(&at, end, 7, &index) || !lookup(decoder, index, &field)) return false;
            sink(context, &field);
            continue;
        }
        if ((first & 0xe0) == 0x20) {
            if (!read_integer(&at, end, 5, &index) || index > HPACK_TABLE_BYTES) return false;
            decoder->size_max = (uint32_t)index;
            evict_to(decoder, decoder->size_max);
            continue;
        }
        bool keep = first & 0x40;
        if (!read_integer(&at, end, keep ? 6 : 4, &index)) return false;
        if (index == 0 ? !read_string(&at, end, decoder->name, &field.name, &field.name_length)
                       : !lookup(decoder, index, &field))
            return false;
        if (!read_string(&at, end, decoder->value, &field.value, &field.value_length)) return false;
        sink(context, &field);
        if (keep) insert(decoder, &field);
    }
    return true;
}

struct hpack_header hpack_header(const char *name, const char *value, bool indexed) {
    struct hpack_header header = {name, value, strlen(name), strlen(value), 0, 0, indexed};
    for (int i = STATIC_ENTRIES; i > 0; i--) {
        if (strcmp(static_table[i].name, name) != 0) continue;
        header.static_name = i;
        if (strcmp(static_table[i].value, value) == 0) header.static_field = i;
    }
    return header;
}

void hpack_encoder_table(struct hpack_encoder *encoder, uint32_t size) {
    if (size >= HPACK_TABLE_BYTES || encoder->plain) return;
    encoder->plain = true;
    encoder->say_cleared = true;
}

size_t hpack_table_size(const struct hpack_header *headers, int count) {
    size_t size = 0;
    for (int i = 0; i < count; i++)
        if (headers[i].indexed && headers[i].static_field == 0)
            size += headers[i].name_length + headers[i].value_length + ENTRY_OVERHEAD;
    return size;
}

static uint8_t *put_integer(uint8_t *out, uint8_t flags, unsigned prefix_bits, size_t value) {
    size_t prefix_max = (1u << prefix_bits) - 1;
    if (value < prefix_max) {
        *out++ = (uint8_t)(flags | value);
        return out;
    }
    *out++ = (uint8_t)(flags | prefix_max);
    for (value -= prefix_max; value >= 0x80; value >>= 7) *out++ = (uint8_t)(value | 0x80);
    *out++ = (uint8_t)value;
    return out;
}

static uint8_t *put_string(uint8_t *out, const char *text, size_t length) {
    out = put_integer(out, 0, 7, length);
    memcpy(out, text, length);
    return out + length;
}

size_t hpack_encode(struct hpack_encoder *encoder, const struct hpack_header *headers, int from, int to, uint8_t *out) {
    uint8_t *at = out;
    if (encoder->say_cleared) {
        *at++ = 0x20;
        encoder->say_cleared = false;
    }
    for (int i = from; i < to; i++) {
        const struct hpack_header *header = &headers[i];
        bool keep = header->indexed && !encoder->plain;
        if (header->static_field != 0) {
            at = put_integer(at, 0x80, 7, (size_t)header->static_field);
        } else if (keep && encoder->sequence[i] != 0) {
            at = put_integer(at, 0x80, 7, (size_t)(STATIC_ENTRIES + 1 + encoder->inserted - encoder->sequence[i]));
        } else {
            at = put_integer(at, keep ? 0x40 : 0, keep ? 6 : 4, (size_t)header->static_name);
            if (header->static_name == 0) at = put_string(at, header->name, header->name_length);
            at = put_string(at, header->value, header->value_length);
            if (keep) encoder->sequence[i] = ++encoder->inserted;
        }
    }
    return (size_t)(at - out);
}

size_t hpack_encode_literal(uint8_t *out, const char *name, size_t name_length, const char *value, size_t value_length) {
    uint8_t *at = out;
    *at++ = 0;
    at = put_string(at, name, name_length);
    at = put_string(at, value, value_length);
    return (size_t)(at - out);
}
