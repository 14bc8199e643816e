/* Protocol buffers, written by hand: the few messages these programs send. */
#ifndef WB_MESSAGE_H
#define WB_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

/* A growing buffer. */
struct bytes {
    uint8_t *at;
    size_t length, size;
};

void bytes_add(struct bytes *bytes, const void *from, size_t length);

/* Fields of a protobuf message; what is empty or zero is left out, as proto3 does. */
void proto_bytes(struct bytes *out, int field, const void *value, size_t length);
void proto_text(struct bytes *out, int field, const char *value);
void proto_varint(struct bytes *out, int field, uint64_t value);
void proto_fixed64(struct bytes *out, int field, uint64_t value);

/*
 * A gRPC body (prefix and message): inference.ModelInferRequest for this model with one UINT8 tensor of tensor_bytes in
 * raw_input_contents. version may be empty.
 */
struct bytes infer_request(const char *model, const char *version, size_t tensor_bytes);

/* The same for inference.ModelInferResponse. */
struct bytes infer_response(const char *model, const char *version, size_t tensor_bytes);

/* A gRPC body made of this message. */
struct bytes grpc_body(const uint8_t *message, size_t length);

#endif
