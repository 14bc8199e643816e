"""Processes under measurement: pinned, awaited, asked for their children, and always ended."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 40
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Failed(Exception):
    """Something could not be started or measured; the text says what and why."""


def free_port():
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running:
    """One started program on one core, with its output in `folder`."""

    def __init__(self, name, command, cpu, folder, environment=None):
        self.name = name
        self.out = Path(folder) / f"{name}.out"
        self.err = Path(folder) / f"{name}.err"
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(cpu), *map(str, command)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=folder,
                env={**os.environ, **(environment or {})})

    def why(self):
        """Its last words, for an error."""
        words = (self.err.read_text(errors="replace") + self.out.read_text(errors="replace")).strip()
        return f"{self.name}: exit {self.process.poll()}: {words[-2000:]}"

    def await_ready(self):
        """The line `ready key=value ...` as a dictionary."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            for line in self.out.read_text(errors="replace").splitlines(keepends=True):
                if line.startswith("ready ") and line.endswith("\n"):
                    return dict(word.split("=", 1) for word in line.split()[1:])
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise Failed(f"did not become ready: {self.why()}")

    def last_word(self, name):
        """The value of NAME=VALUE in its last line, once it has ended."""
        words = self.out.read_text(errors="replace").splitlines()[-1].split()
        return dict(word.split("=", 1) for word in words if "=" in word).get(name)

    def await_port(self, port):
        """Returns once something listens there."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise Failed(f"does not listen on port {port}: {self.why()}")

    def pids(self):
        """Itself and all its descendants."""
        found, waiting = [], [self.process.pid]
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += [int(child) for child in children.read_text().split()]
        return found

    def stop(self):
        """Ends it as an operator would, and by force when that takes too long."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def cpu_seconds(pids):
    """User and system time so far, as proc(5) counts it."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / CLOCK_TICKS


def compiler_seconds(pids):
    """CPU time so far of a JVM's compiler threads that live now."""
    ticks = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            fields = (task / "stat").read_text()
            if fields.partition("(")[2].startswith(("C1 Compiler", "C2 Compiler")):
                fields = fields.rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
    return ticks / CLOCK_TICKS


def machine_busy_seconds(cpus):
    """Time these cores spent on anything, the host's theft included."""
    busy = 0
    for line in Path("/proc/stat").read_text().splitlines():
        name, *figures = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in cpus:
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, figures[:8])
            busy += user + nice + system + irq + softirq + steal
    return busy / CLOCK_TICKS
