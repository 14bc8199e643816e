/* The proving half of a model host, weighbridge.attest.v1: a DSSE envelope signed with Ed25519 (by OpenSSL's libcrypto). */
#ifndef WB_ATTEST_H
#define WB_ATTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"

#define VERSIONS_MAX 4
#define SHA256_BYTES 32
#define BOOT_ID_BYTES 16

/* A "model version": one file that is never loaded, only named and hashed. */
struct version {
    const char *name;
    char file[128]; /* the file's whole content */
    uint8_t file_sha256[SHA256_BYTES], root_sha256[SHA256_BYTES];
    char digest[8 + 2 * SHA256_BYTES]; /* sha256:<hex> */
};

/* Calls of one gateway process, as weighbridge.attest.v1.CallCounters. */
struct counters {
    uint64_t started, answered, failed, cancelled;
};

struct prover {
    void *key; /* EVP_PKEY */
    const char *host_id, *model;
    struct version versions[VERSIONS_MAX];
    int version_count;
    uint8_t boot_id[BOOT_ID_BYTES];
    char boot_id_hex[2 * BOOT_ID_BYTES + 1];
    uint64_t started_unix_ns;
};

/*
 * Loads the private key (PEM), or makes one at first use: the file with mode 0600, and the public key beside it with .pub
 * instead of .key, as a model host does.
 */
void prover_init(struct prover *prover, const char *key_file);

void version_init(struct version *version, const char *model, const char *name);

/* Answers a serialised AttestRequest with a serialised AttestResponse; false when the request is not one. */
bool prover_attest(const struct prover *prover, const struct counters *counters, const uint8_t *request, size_t length,
                   struct bytes *response);

#endif
