/* Checks the HPACK decoder against the worked examples of RFC 7541 Appendix C, and the encoder against the decoder. */
#include "hpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char seen[4096];

static void collect(void *context, const struct hpack_field *field) {
    (void)context;
    size_t used = strlen(seen);
    snprintf(seen + used, sizeof seen - used, "%.*s=%.*s|", (int)field->name_length, field->name,
             (int)field->value_length, field->value);
}

static size_t unhex(const char *hex, uint8_t *out) {
    size_t length = 0;
    for (; *hex != 0; hex += 2) {
        unsigned octet;
        sscanf(hex, "%2x", &octet);
        out[length++] = (uint8_t)octet;
    }
    return length;
}

static void expect(bool ok, const char *what) {
    if (ok) return;
    fprintf(stderr, "hpack_test: %s; decoded: %s\n", what, seen);
    exit(1);
}

static void decodes(struct hpack_decoder *decoder, const char *hex, const char *fields) {
    uint8_t block[512];
    seen[0] = 0;
    bool valid = hpack_decode(decoder, block, unhex(hex, block), collect, NULL);
    expect(valid && strcmp(seen, fields) == 0, hex);
}

static void refuses(const char *hex) {
    struct hpack_decoder *decoder = calloc(1, sizeof *decoder);
    uint8_t block[512];
    hpack_decoder_init(decoder);
    expect(!hpack_decode(decoder, block, unhex(hex, block), collect, NULL), hex);
    free(decoder);
}

/* C.4: three requests with Huffman coding on one connection. */
static void requests_with_huffman(void) {
    struct hpack_decoder *decoder = calloc(1, sizeof *decoder);
    hpack_decoder_init(decoder);
    decodes(decoder, "828684418cf1e3c2e5f23a6ba0ab90f4ff",
            ":method=GET|:scheme=http|:path=/|:authority=www.example.com|");
    decodes(decoder, "828684be5886a8eb10649cbf",
            ":method=GET|:scheme=http|:path=/|:authority=www.example.com|cache-control=no-cache|");
    decodes(decoder, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
            ":method=GET|:scheme=https|:path=/index.html|:authority=www.example.com|custom-key=custom-value|");
    expect(decoder->size == 164, "C.4.3 table size");
    free(decoder);
}

/* C.6: responses in a table of 256 bytes, so that entries are evicted. */
static void responses_with_eviction(void) {
    struct hpack_decoder *decoder = calloc(1, sizeof *decoder);
    hpack_decoder_init(decoder);
    decoder->size_max = 256;
    decodes(decoder,
            "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
            ":status=302|cache-control=private|date=Mon, 21 Oct 2013 20:13:21 GMT|location=https://www.example.com|");
    decodes(decoder, "4883640effc1c0bf",
            ":status=307|cache-control=private|date=Mon, 21 Oct 2013 20:13:21 GMT|location=https://www.example.com|");
    decodes(decoder,
            "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f"
            "3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
            ":status=200|cache-control=private|date=Mon, 21 Oct 2013 20:13:22 GMT|location=https://www.example.com|"
            "content-encoding=gzip|set-cookie=foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1|");
    expect(decoder->size == 215, "C.6.3 table size");
    free(decoder);
}

/* The table's bytes wrap many times; every entry read back must still be whole. */
static void wraps(void) {
    struct hpack_decoder *decoder = calloc(1, sizeof *decoder);
    hpack_decoder_init(decoder);
    for (int i = 0; i < 1000; i++) {
        uint8_t block[2048] = {0x40};
        char value[1500], fields[1600];
        int length = 1 + i * 37 % 1400;
        memset(value, 'a' + i % 26, (size_t)length);
        value[length] = 0;
        size_t used = hpack_encode_literal(block, "name", 4, value, (size_t)length);
        block[0] = 0x40; /* literal with incremental indexing */
        block[used++] = 0xbe; /* and the newest entry again */
        snprintf(fields, sizeof fields, "name=%s|", value);
        seen[0] = 0;
        expect(hpack_decode(decoder, block, used, collect, NULL), "wrap");
        size_t half = strlen(fields);
        expect(strlen(seen) == 2 * half && memcmp(seen, fields, half) == 0 && strcmp(seen + half, fields) == 0, "wrap");
    }
    free(decoder);
}

static void encodes_what_it_decodes(uint32_t peer_table) {
    struct hpack_header headers[] = {hpack_header(":status", "200", true), hpack_header("content-type", "a", true),
                                     hpack_header("x-one", "1", true), hpack_header("x-two", "2", false)};
    struct hpack_decoder *decoder = calloc(1, sizeof *decoder);
    struct hpack_encoder encoder = {0};
    hpack_decoder_init(decoder);
    for (int i = 0; i < 3; i++) {
        uint8_t block[256];
        if (i == 1) hpack_encoder_table(&encoder, peer_table);
        size_t used = hpack_encode(&encoder, headers, 0, 4, block);
        seen[0] = 0;
        expect(hpack_decode(decoder, block, used, collect, NULL), "encoder");
        expect(strcmp(seen, ":status=200|content-type=a|x-one=1|x-two=2|") == 0, "encoder");
    }
    expect(decoder->count == (peer_table == 0 ? 0u : 2u), "encoder's table");
    free(decoder);
}

int main(void) {
    huffman_init();
    requests_with_huffman();
    responses_with_eviction();
    wraps();
    encodes_what_it_decodes(4096);
    encodes_what_it_decodes(0);
    refuses("80");             /* index 0 */
    refuses("be");             /* nothing in the dynamic table */
    refuses("0082");           /* cut short */
    refuses("3fe2ff03");       /* table larger than we allow */
    refuses("0081ff0161");     /* padding of a whole octet */
    refuses("0084ffffffff0161"); /* EOS in a string */
    puts("hpack ok");
    return 0;
}
