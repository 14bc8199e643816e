/* A host that can do only so much: some calls at a time, each for the same time, the others in the order they came. */
#ifndef WB_WORK_H
#define WB_WORK_H

#include "h2.h"

struct job {
    struct h2_conn *conn;
    struct h2_stream *stream; /* NULL once nobody wants the answer any more */
    uint64_t ends_ns;
    struct job *next;
};

struct jobs {
    struct job *first, *last;
};

struct work {
    long servers; /* calls at a time; 0: all at once, in no time */
    uint64_t each_ns;
    long busy;
    struct jobs running, waiting; /* running: the next to end first, since all take as long */
};

/* Begins the call now, or when its turn comes. */
void work_begin(struct work *work, struct h2_conn *conn, struct h2_stream *stream, uint64_t now_ns);

/* The stream is gone. A call that waits is not begun; one that runs keeps its place, as a model does not stop half-way. */
void work_forget(struct h2_stream *stream);

/* When the next call ends; 0 when none runs. */
uint64_t work_next_ns(const struct work *work);

/* A call that has ended and is still wanted, its places being given on; false when there is none. */
bool work_done(struct work *work, uint64_t now_ns, struct h2_conn **conn, struct h2_stream **stream);

#endif
