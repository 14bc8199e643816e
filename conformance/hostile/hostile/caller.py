"""A caller who does nothing wrong: one call in flight, every answer checked, every latency kept."""
import multiprocessing
import os
import time

from . import h2, oip


def _call(connection, key, model):
    stream = connection.open(oip.headers(key))
    connection.data(stream, oip.framed(oip.request(model)))
    connection.wait(connection.streams[stream].done, 10)
    outcome = connection.streams.pop(stream).outcome()
    return outcome


def _run(address, key, model, stop, pipe):
    latencies, errors, connection = [], {}, None
    while not stop.is_set():
        started = time.perf_counter()
        try:
            if connection is None or connection.closed or connection.goaway:
                connection = h2.Connection(address)
            outcome = _call(connection, key, model)
        except OSError as e:
            outcome, connection = "connect " + type(e).__name__, None
        if outcome == "grpc 0":
            latencies.append(time.perf_counter() - started)
        else:
            errors[outcome] = errors.get(outcome, 0) + 1
            connection = None
        time.sleep(0.001)
    pipe.send((latencies, errors))


class Caller:
    """Calls from a process of its own between begin and end."""

    def __init__(self, address, key, model):
        self.stop = multiprocessing.Event()
        self.mine, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(
            target=_run, args=(address, key, model, self.stop, theirs), daemon=True)
        self.process.start()

    def end(self):
        self.stop.set()
        latencies, errors = self.mine.recv()
        self.process.join()
        return Measured(sorted(latencies), errors)


class Measured:
    def __init__(self, latencies, errors):
        self.count, self.errors = len(latencies), errors
        self.p50 = latencies[len(latencies) // 2] if latencies else float("inf")
        self.p99 = latencies[len(latencies) * 99 // 100] if latencies else float("inf")

    def __str__(self):
        return "%d calls, p50 %.2f ms, p99 %.2f ms%s" % (
            self.count, self.p50 * 1e3, self.p99 * 1e3, ", errors %s" % self.errors if self.errors else "")


def measure(address, key, model, seconds):
    caller = Caller(address, key, model)
    time.sleep(seconds)
    return caller.end()


def resident_bytes(pid):
    with open("/proc/%d/statm" % pid) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
