#include "work.h"

#include <stdlib.h>

#include "net.h"

static void append(struct jobs *jobs, struct job *job) {
    job->next = NULL;
    if (jobs->first == NULL)
        jobs->first = job;
    else
        jobs->last->next = job;
    jobs->last = job;
}

static struct job *take(struct jobs *jobs) {
    struct job *job = jobs->first;
    if (job != NULL) jobs->first = job->next;
    return job;
}

static void run(struct work *work, struct job *job, uint64_t from_ns) {
    job->ends_ns = from_ns + work->each_ns;
    work->busy++;
    append(&work->running, job);
}

void work_begin(struct work *work, struct h2_conn *conn, struct h2_stream *stream, uint64_t now) {
    struct job *job = allocate(sizeof *job);
    *job = (struct job){.conn = conn, .stream = stream};
    stream->job = job;
    if (work->busy < work->servers)
        run(work, job, now);
    else
        append(&work->waiting, job);
}

void work_forget(struct h2_stream *stream) {
    if (stream->job != NULL) stream->job->stream = NULL;
    stream->job = NULL;
}

uint64_t work_next_ns(const struct work *work) {
    return work->running.first == NULL ? 0 : work->running.first->ends_ns;
}

/* The place that became free then goes to the first in the queue that is still wanted. */
static void give_on(struct work *work, uint64_t free_ns) {
    work->busy--;
    struct job *job;
    while ((job = take(&work->waiting)) != NULL && job->stream == NULL) free(job);
    if (job != NULL) run(work, job, free_ns);
}

bool work_done(struct work *work, uint64_t now, struct h2_conn **conn, struct h2_stream **stream) {
    while (work->running.first != NULL && work->running.first->ends_ns <= now) {
        struct job *job = take(&work->running);
        *conn = job->conn;
        *stream = job->stream;
        give_on(work, job->ends_ns);
        free(job);
        if (*stream != NULL) {
            (*stream)->job = NULL;
            return true;
        }
    }
    return false;
}
