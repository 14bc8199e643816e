#include "attest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "net.h"

#define PAYLOAD_TYPE "application/vnd.weighbridge.host-statement.v1+protobuf"
#define NONCE_BYTES 32
#define SIGNATURE_BYTES 64
/* weighbridge.attest.v1.HashPoint: the weakest claim, for nothing is loaded here. */
#define HASH_POINT_DECLARED 1

static uint64_t unix_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void to_hex(char *out, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) sprintf(out + 2 * i, "%02x", bytes[i]);
}

void version_init(struct version *version, const char *model, const char *name) {
    version->name = name;
    snprintf(version->file, sizeof version->file, "wb-upstream %s %s\n", model, name);
    SHA256((const uint8_t *)version->file, strlen(version->file), version->file_sha256);
    /* The root of a folder is the hash of its files' digests in order; here there is one. */
    SHA256(version->file_sha256, SHA256_BYTES, version->root_sha256);
    strcpy(version->digest, "sha256:");
    to_hex(version->digest + 7, version->root_sha256, SHA256_BYTES);
}

static FILE *create(const char *path, mode_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (file == NULL) die(EXIT_BROKEN, "cannot create %s: %s", path, strerror(errno));
    return file;
}

static EVP_PKEY *make_key(const char *key_file) {
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    char public_file[4096];
    size_t length = strlen(key_file);
    if (length > 4 && strcmp(key_file + length - 4, ".key") == 0) length -= 4;
    snprintf(public_file, sizeof public_file, "%.*s.pub", (int)length, key_file);
    FILE *private_pem = create(key_file, 0600), *public_pem = create(public_file, 0644);
    if (key == NULL || PEM_write_PrivateKey(private_pem, key, NULL, NULL, 0, NULL, NULL) != 1 ||
        PEM_write_PUBKEY(public_pem, key) != 1 || fclose(private_pem) != 0 || fclose(public_pem) != 0)
        die(EXIT_BROKEN, "cannot make a key in %s", key_file);
    return key;
}

void prover_init(struct prover *prover, const char *key_file) {
    FILE *file = fopen(key_file, "r");
    if (file == NULL) {
        prover->key = make_key(key_file);
    } else {
        prover->key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
        fclose(file);
    }
    if (prover->key == NULL || EVP_PKEY_get_base_id(prover->key) != EVP_PKEY_ED25519)
        die(EXIT_BROKEN, "%s: not an Ed25519 private key in PEM", key_file);
    if (RAND_bytes(prover->boot_id, BOOT_ID_BYTES) != 1) die(EXIT_BROKEN, "no random bytes");
    to_hex(prover->boot_id_hex, prover->boot_id, BOOT_ID_BYTES);
    prover->started_unix_ns = unix_ns();
}

/* What a statement repeats of its challenge. */
struct challenge {
    const uint8_t *nonce, *gateway_id;
    size_t nonce_length, gateway_id_length;
};

static bool read_varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    *value = 0;
    for (unsigned shift = 0; *at < end && shift < 64; shift += 7) {
        uint8_t octet = *(*at)++;
        *value |= (uint64_t)(octet & 0x7f) << shift;
        if ((octet & 0x80) == 0) return true;
    }
    return false;
}

static bool read_challenge(const uint8_t *at, size_t length, struct challenge *challenge) {
    const uint8_t *end = at + length;
    memset(challenge, 0, sizeof *challenge);
    while (at < end) {
        uint64_t tag, value;
        if (!read_varint(&at, end, &tag) || !read_varint(&at, end, &value)) return false;
        if ((tag & 7) == 0) continue;
        if ((tag & 7) != 2 || value > (uint64_t)(end - at)) return false;
        if (tag >> 3 == 1) {
            challenge->nonce = at;
            challenge->nonce_length = value;
        } else if (tag >> 3 == 2) {
            challenge->gateway_id = at;
            challenge->gateway_id_length = value;
        }
        at += value;
    }
    return challenge->nonce_length == NONCE_BYTES;
}

static void add_model(struct bytes *statement, const struct prover *prover, const struct version *version) {
    struct bytes model = {0}, file = {0};
    proto_text(&file, 1, "model.bin");
    proto_bytes(&file, 2, version->file_sha256, SHA256_BYTES);
    proto_varint(&file, 3, strlen(version->file));
    proto_text(&model, 1, prover->model);
    proto_text(&model, 2, version->name);
    proto_varint(&model, 3, 1);
    proto_bytes(&model, 4, version->root_sha256, SHA256_BYTES);
    proto_bytes(&model, 6, file.at, file.length);
    proto_fixed64(&model, 7, prover->started_unix_ns);
    proto_varint(&model, 8, HASH_POINT_DECLARED);
    proto_bytes(statement, 9, model.at, model.length);
    free(model.at);
    free(file.at);
}

static struct bytes make_statement(const struct prover *prover, const struct counters *counters,
                                   const struct challenge *challenge, const uint8_t *request, size_t length) {
    struct bytes statement = {0}, counted = {0};
    uint8_t challenge_hash[SHA256_BYTES];
    SHA256(request, length, challenge_hash);
    proto_varint(&counted, 1, counters->started);
    proto_varint(&counted, 2, counters->answered);
    proto_varint(&counted, 3, counters->failed);
    proto_varint(&counted, 4, counters->cancelled);
    proto_varint(&counted, 5, counters->started - counters->answered - counters->failed - counters->cancelled);
    proto_bytes(&statement, 1, challenge->nonce, challenge->nonce_length);
    proto_bytes(&statement, 2, challenge_hash, SHA256_BYTES);
    proto_bytes(&statement, 3, challenge->gateway_id, challenge->gateway_id_length);
    proto_text(&statement, 4, prover->host_id);
    proto_bytes(&statement, 5, prover->boot_id, BOOT_ID_BYTES);
    proto_fixed64(&statement, 6, prover->started_unix_ns);
    proto_bytes(&statement, 8, counted.at, counted.length);
    for (int i = 0; i < prover->version_count; i++) add_model(&statement, prover, &prover->versions[i]);
    free(counted.at);
    return statement;
}

/* The bytes DSSE signs: "DSSEv1" SP length SP type SP length SP body. */
static struct bytes pre_authentication(const struct bytes *payload) {
    struct bytes pae = {0};
    char head[128];
    int length = snprintf(head, sizeof head, "DSSEv1 %zu %s %zu ", strlen(PAYLOAD_TYPE), PAYLOAD_TYPE, payload->length);
    bytes_add(&pae, head, (size_t)length);
    bytes_add(&pae, payload->at, payload->length);
    return pae;
}

static void add_base64(struct bytes *out, const uint8_t *bytes, size_t length) {
    uint8_t *text = allocate(length * 4 / 3 + 8);
    int encoded = EVP_EncodeBlock(text, bytes, (int)length);
    bytes_add(out, text, (size_t)encoded);
    free(text);
}

static void add_text(struct bytes *out, const char *text) {
    bytes_add(out, text, strlen(text));
}

bool prover_attest(const struct prover *prover, const struct counters *counters, const uint8_t *request, size_t length,
                   struct bytes *response) {
    struct challenge challenge;
    if (!read_challenge(request, length, &challenge)) return false;
    struct bytes statement = make_statement(prover, counters, &challenge, request, length);
    struct bytes pae = pre_authentication(&statement), envelope = {0};
    uint8_t signature[SIGNATURE_BYTES];
    size_t signature_length = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (EVP_DigestSignInit(context, NULL, NULL, NULL, prover->key) != 1 ||
        EVP_DigestSign(context, signature, &signature_length, pae.at, pae.length) != 1)
        die(EXIT_BROKEN, "cannot sign");
    EVP_MD_CTX_free(context);
    add_text(&envelope, "{\"payloadType\":\"" PAYLOAD_TYPE "\",\"payload\":\"");
    add_base64(&envelope, statement.at, statement.length);
    add_text(&envelope, "\",\"signatures\":[{\"keyid\":\"\",\"sig\":\"");
    add_base64(&envelope, signature, signature_length);
    add_text(&envelope, "\"}]}");
    proto_bytes(response, 1, envelope.at, envelope.length);
    free(statement.at);
    free(pae.at);
    free(envelope.at);
    return true;
}
