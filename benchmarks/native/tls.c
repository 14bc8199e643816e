#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "net.h"

static const unsigned char protocols[] = "\x02h2";

static SSL_CTX *context;

static void fail(const char *what) {
    const char *why = ERR_reason_error_string(ERR_peek_error());
    die(EXIT_UNREACHABLE, "TLS: %s: %s", what, why == NULL ? "the connection ended" : why);
}

void tls_trust(const char *ca_file) {
    context = SSL_CTX_new(TLS_client_method());
    if (context == NULL || SSL_CTX_load_verify_locations(context, ca_file, NULL) != 1) fail(ca_file);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols - 1);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    /* Otherwise every record costs two reads of the socket. */
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_default_read_buffer_len(context, 256 << 10);
}

struct ssl_st *tls_open(int fd, const char *address) {
    SSL *tls = SSL_new(context);
    int flags = fcntl(fd, F_GETFL);
    if (tls == NULL || SSL_set_fd(tls, fd) != 1 || X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), address) != 1 ||
        fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0 || SSL_connect(tls) != 1 || fcntl(fd, F_SETFL, flags) < 0)
        fail("handshake");
    const unsigned char *agreed;
    unsigned int length;
    SSL_get0_alpn_selected(tls, &agreed, &length);
    if (length != 2 || memcmp(agreed, "h2", 2) != 0) fail("the server did not choose h2");
    return tls;
}

void tls_close(struct ssl_st *tls) {
    SSL_free(tls);
}

/* The result of a call that gave nothing, in terms of the system's calls. */
static ssize_t nothing(struct ssl_st *tls, int result) {
    int error = SSL_get_error(tls, result);
    if (error == SSL_ERROR_ZERO_RETURN) return 0;
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) errno = EAGAIN;
    else if (error != SSL_ERROR_SYSCALL || errno == 0) errno = EPROTO;
    return -1;
}

ssize_t tls_receive(struct ssl_st *tls, void *buffer, size_t room) {
    size_t got = 0;
    do {
        ERR_clear_error();
        size_t left = room - got;
        int result = SSL_read(tls, (char *)buffer + got, left > INT_MAX ? INT_MAX : (int)left);
        if (result <= 0) return got > 0 ? (ssize_t)got : nothing(tls, result);
        got += (size_t)result;
    } while (got < room && SSL_has_pending(tls));
    return (ssize_t)got;
}

ssize_t tls_send(struct ssl_st *tls, const void *bytes, size_t length) {
    ERR_clear_error();
    int result = SSL_write(tls, bytes, length > INT_MAX ? INT_MAX : (int)length);
    return result > 0 ? result : nothing(tls, result);
}
