/* A client's TLS session over a connected socket: what wb-load needs to call as TLS clients do. */
#ifndef WB_TLS_H
#define WB_TLS_H

#include <stddef.h>
#include <sys/types.h>

struct ssl_st;

/* Reads the roots that may have signed the server's certificate; ends the process when it cannot. */
void tls_trust(const char *ca_file);

/* Shakes hands and agrees on h2, waiting for it; ends the process when server and roots do not match. The name is what the
   certificate must carry, an IPv4 address. The socket is left non-blocking. */
struct ssl_st *tls_open(int fd, const char *address);

void tls_close(struct ssl_st *tls);

/* As recv(2) and send(2) on a non-blocking socket. tls_receive gives all that has arrived, as far as there is room. */
ssize_t tls_receive(struct ssl_st *tls, void *buffer, size_t room);
ssize_t tls_send(struct ssl_st *tls, const void *bytes, size_t length);

#endif
