/* Sockets, clocks and the ways out: what all three programs need of the system. */
#ifndef WB_NET_H
#define WB_NET_H

#include <netinet/in.h>
#include <stdint.h>

/* Exit codes of sysexits.h, as everywhere in Weighbridge. */
enum { EXIT_USAGE = 64, EXIT_UNREACHABLE = 69, EXIT_BROKEN = 70 };

/* Prints "program: message" on stderr and ends the process. */
void die(int exit_code, const char *format, ...) __attribute__((noreturn, format(printf, 2, 3)));

/* Monotonic nanoseconds. */
uint64_t now_ns(void);

/* Memory, or the end of the process: a measuring tool has nothing sensible to do without. */
void *allocate(size_t bytes);
void *reallocate(void *memory, size_t bytes);

/* As many open files as the system lets a process of this user have. */
void allow_descriptors(void);

/* Reads "127.0.0.1:9000"; IPv4 only, since all measuring happens on loopback. */
struct sockaddr_in parse_address(const char *text);

/* Listens, and answers with the descriptor; *port is the port given by the system when 0 was asked for. */
int listen_on(const struct sockaddr_in *address, uint16_t *port);

/* Starts a non-blocking connect; -1 with errno when it failed at once. */
int connect_to(const struct sockaddr_in *address);

/* Accepts one connection, non-blocking and without delay; -1 when there is none. */
int accept_one(int listener);

/* 0 once a connect has succeeded, else its errno. */
int connect_error(int fd);

#endif
