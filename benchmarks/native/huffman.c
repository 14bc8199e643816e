/* The Huffman code of RFC 7541 Appendix B. */
#include "hpack.h"

#define SYMBOLS 257 /* 256 octets and EOS */
#define LENGTH_MAX 30
#define FAST_BITS 10 /* longest code found by one look into a table: all of printable ASCII but six */

/*
 * Bits of each symbol's code. The code is canonical (codes of one length ascend with the symbol, and continue those of the
 * length before), so the lengths of the RFC's table say all of it.
 */
static const uint8_t lengths[SYMBOLS] = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
    7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21,
    23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24,
    21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
};

static uint32_t first_code[LENGTH_MAX + 2];
static uint16_t first_rank[LENGTH_MAX + 2];
static uint16_t count[LENGTH_MAX + 2];
static uint16_t by_rank[SYMBOLS];
static struct {
    uint16_t symbol;
    uint8_t length; /* 0: the code is longer than FAST_BITS */
} fast[1 << FAST_BITS];

void huffman_init(void) {
    uint32_t code = 0;
    uint16_t rank = 0;
    for (unsigned length = 1; length <= LENGTH_MAX; length++) {
        code <<= 1;
        first_code[length] = code;
        first_rank[length] = rank;
        count[length] = 0;
        for (uint16_t symbol = 0; symbol < SYMBOLS; symbol++) {
            if (lengths[symbol] != length) continue;
            by_rank[rank++] = symbol;
            count[length]++;
            if (length <= FAST_BITS) {
                unsigned free_bits = FAST_BITS - length;
                for (uint32_t i = 0; i < 1u << free_bits; i++) {
                    fast[(code << free_bits) | i].symbol = symbol;
                    fast[(code << free_bits) | i].length = (uint8_t)length;
                }
            }
            code++;
        }
    }
}

/* The symbol whose code begins the `available` low bits of `bits`, or -1; *length is how many bits it took. */
static int slow_symbol(uint64_t bits, unsigned available, unsigned *length) {
    for (unsigned l = FAST_BITS + 1; l <= LENGTH_MAX && l <= available; l++) {
        uint32_t code = (uint32_t)(bits >> (available - l)) & ((1u << l) - 1);
        if (code >= first_code[l] && code - first_code[l] < count[l]) {
            *length = l;
            return by_rank[first_rank[l] + code - first_code[l]];
        }
    }
    return -1;
}

long huffman_decode(const uint8_t *bytes, size_t length, char *out, size_t out_max) {
    const uint8_t *end = bytes + length;
    uint64_t bits = 0; /* the low `available` bits are still to be decoded */
    unsigned available = 0;
    size_t written = 0;
    for (;;) {
        while (available <= 56 && bytes < end) {
            bits = bits << 8 | *bytes++;
            available += 8;
        }
        if (available == 0) return (long)written;
        unsigned index = available >= FAST_BITS
                             ? (unsigned)(bits >> (available - FAST_BITS))
                             : (unsigned)(bits << (FAST_BITS - available) | ((1u << (FAST_BITS - available)) - 1));
        index &= (1u << FAST_BITS) - 1;
        unsigned used = fast[index].length;
        int symbol = fast[index].symbol;
        if (used == 0 || used > available) {
            used = 0;
            symbol = slow_symbol(bits, available, &used);
            if (symbol < 0) {
                /* What is left may only be the beginning of EOS, shorter than an octet: all ones. */
                uint64_t ones = (1u << available) - 1;
                return available < 8 && (bits & ones) == ones ? (long)written : -1;
            }
        }
        if (symbol == SYMBOLS - 1 || written == out_max) return -1;
        out[written++] = (char)symbol;
        available -= used;
    }
}
