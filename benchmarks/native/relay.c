/* wb-relay: copies bytes between callers and one target, and parses nothing: the least any proxy can cost. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

#define EVENTS_MAX 64
#define BUFFER_BYTES (256 << 10)

/* One side of a connection; what it has read waits here until the other side has taken it. */
struct side {
    int fd;
    struct side *other;
    uint8_t *buffer;
    size_t filled, sent;
    bool waiting; /* for the other side to take more */
    bool dead;
};

static int epoll;

static struct side *new_side(int fd) {
    struct side *side = allocate(sizeof *side);
    side->fd = fd;
    side->buffer = allocate(BUFFER_BYTES);
    return side;
}

/* A side is read only while it holds nothing, and waits for room only while the other holds something for it. */
static void watch(struct side *side, int operation) {
    struct epoll_event event = {.data.ptr = side};
    if (!side->waiting) event.events |= EPOLLIN;
    if (side->other->waiting) event.events |= EPOLLOUT;
    if (epoll_ctl(epoll, operation, side->fd, &event) < 0) die(EXIT_BROKEN, "epoll_ctl: %s", strerror(errno));
}

static void set_waiting(struct side *side, bool waiting) {
    if (side->waiting == waiting) return;
    side->waiting = waiting;
    watch(side, EPOLL_CTL_MOD);
    watch(side->other, EPOLL_CTL_MOD);
}

/* Gives the other side what this one holds; false when the connection is over. */
static bool pass_on(struct side *side) {
    while (side->sent < side->filled) {
        ssize_t sent = send(side->other->fd, side->buffer + side->sent, side->filled - side->sent, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != ENOTCONN) return false;
        if (sent < 0) {
            set_waiting(side, true);
            return true;
        }
        side->sent += (size_t)sent;
    }
    side->sent = side->filled = 0;
    set_waiting(side, false);
    return true;
}

static bool on_event(struct side *side, uint32_t events) {
    if ((events & EPOLLOUT) != 0 && !pass_on(side->other)) return false;
    if ((events & ~(uint32_t)EPOLLOUT) == 0 || side->filled > 0) return true;
    ssize_t got = recv(side->fd, side->buffer, BUFFER_BYTES, 0);
    if (got < 0 && errno == EAGAIN) return true;
    if (got <= 0) return false;
    side->filled = (size_t)got;
    return pass_on(side);
}

static void end(struct side *side) {
    close(side->fd);
    close(side->other->fd);
    /* Kept, a few bytes each: an event of this round may still point here. */
    side->dead = side->other->dead = true;
    free(side->buffer);
    free(side->other->buffer);
}

int main(int argc, char **argv) {
    if (argc != 3) die(EXIT_USAGE, "wb-relay LISTEN-HOST:PORT TARGET-HOST:PORT");
    struct sockaddr_in address = parse_address(argv[1]), target = parse_address(argv[2]);
    uint16_t port;
    allow_descriptors();
    signal(SIGPIPE, SIG_IGN);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_on(&address, &port);
    struct epoll_event events[EVENTS_MAX], accepting = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &accepting);
    printf("ready relay=127.0.0.1:%u\n", port);
    fflush(stdout);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS_MAX, -1);
        for (int i = 0; i < count; i++) {
            struct side *side = events[i].data.ptr;
            if (side != NULL) {
                if (!side->dead && !on_event(side, events[i].events)) end(side);
                continue;
            }
            int caller = accept_one(listener), host = caller < 0 ? -1 : connect_to(&target);
            if (host < 0) {
                if (caller >= 0) close(caller);
                continue;
            }
            struct side *one = new_side(caller), *two = new_side(host);
            one->other = two;
            two->other = one;
            watch(one, EPOLL_CTL_ADD);
            watch(two, EPOLL_CTL_ADD);
        }
    }
}
