#include "message.h"

#include <string.h>

#include "net.h"

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2 };

void bytes_add(struct bytes *bytes, const void *from, size_t length) {
    if (bytes->length + length > bytes->size) {
        bytes->size = 2 * bytes->size + length + 64;
        bytes->at = reallocate(bytes->at, bytes->size);
    }
    if (length > 0) memcpy(bytes->at + bytes->length, from, length);
    bytes->length += length;
}

static void varint(struct bytes *out, uint64_t value) {
    uint8_t octets[10];
    size_t length = 0;
    for (; value >= 0x80; value >>= 7) octets[length++] = (uint8_t)(value | 0x80);
    octets[length++] = (uint8_t)value;
    bytes_add(out, octets, length);
}

static void tag(struct bytes *out, int field, int wire) {
    varint(out, (uint64_t)field << 3 | (uint64_t)wire);
}

void proto_bytes(struct bytes *out, int field, const void *value, size_t length) {
    if (length == 0) return;
    tag(out, field, WIRE_BYTES);
    varint(out, length);
    bytes_add(out, value, length);
}

void proto_text(struct bytes *out, int field, const char *value) {
    proto_bytes(out, field, value, strlen(value));
}

void proto_varint(struct bytes *out, int field, uint64_t value) {
    if (value == 0) return;
    tag(out, field, WIRE_VARINT);
    varint(out, value);
}

void proto_fixed64(struct bytes *out, int field, uint64_t value) {
    if (value == 0) return;
    tag(out, field, WIRE_FIXED64);
    for (int i = 0; i < 8; i++) {
        uint8_t octet = (uint8_t)(value >> (8 * i));
        bytes_add(out, &octet, 1);
    }
}

struct bytes grpc_body(const uint8_t *message, size_t length) {
    struct bytes body = {0};
    uint8_t prefix[5] = {0, (uint8_t)(length >> 24), (uint8_t)(length >> 16), (uint8_t)(length >> 8), (uint8_t)length};
    bytes_add(&body, prefix, sizeof prefix);
    bytes_add(&body, message, length);
    return body;
}

/* Requests and responses differ in the tensor's name and the number of the raw field only. */
static struct bytes infer_message(const char *model, const char *version, const char *tensor, int raw_field,
                                  size_t tensor_bytes) {
    struct bytes meta = {0}, shape = {0}, message = {0};
    varint(&shape, tensor_bytes);
    proto_text(&meta, 1, tensor);
    proto_text(&meta, 2, "UINT8");
    proto_bytes(&meta, 3, shape.at, shape.length);
    uint8_t *content = allocate(tensor_bytes + 1);
    /* Never 0x12, the tag wb-upstream looks for at a message's end. */
    for (size_t i = 0; i < tensor_bytes; i++) content[i] = (uint8_t)(0x80 | (i * 37));
    proto_text(&message, 1, model);
    proto_text(&message, 2, version);
    proto_bytes(&message, 5, meta.at, meta.length);
    proto_bytes(&message, raw_field, content, tensor_bytes);
    return grpc_body(message.at, message.length);
}

struct bytes infer_request(const char *model, const char *version, size_t tensor_bytes) {
    return infer_message(model, version, "input", 7, tensor_bytes);
}

struct bytes infer_response(const char *model, const char *version, size_t tensor_bytes) {
    return infer_message(model, version, "output", 6, tensor_bytes);
}
