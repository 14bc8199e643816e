"""Starts what a subject needs, offers it traffic, warms it up and measures it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from .processes import Failed, Running, compiler_seconds, cpu_seconds, machine_busy_seconds
from .subjects import BENCHMARKS, NATIVE

# Native proxies need only their connections. A JIT compiler overstates Java's cost 2 to 10 times until it is done, which takes
# calls rather than seconds: so Java is warmed up in steps until its cost per call has settled and its compilers rest.
WARMUP_NATIVE_S = 2
WARMUP_JAVA_S_MIN, WARMUP_JAVA_S_MAX, WARMUP_STEP_S = 12, 100, 3
SETTLED_WITHIN = 0.05
COMPILER_SHARE_MAX = 0.02  # of the process's CPU time
CALM_STEPS = 2  # one could be chance
# Looks, of 0.3 s each, until the first call succeeds.
AWAIT_ATTEMPTS_MAX = 60


@dataclass(frozen=True)
class Traffic:
    """What the generator offers: its options, and the tensor in each message."""

    title: str
    options: list
    tensor_bytes: int = 1024


def build_native():
    for program, package in (("cc", "gcc"), ("make", "make"), ("taskset", "util-linux"), ("openssl", "openssl")):
        if shutil.which(program) is None:
            raise Failed(f"{program} is not installed: apt-get install {package}")
    if subprocess.run(["cc", "-E", "-x", "c", "-"], input="#include <openssl/evp.h>\n", text=True, capture_output=True,
                      check=False).returncode:
        raise Failed("OpenSSL's headers are not installed: apt-get install libssl-dev libc6-dev")
    done = subprocess.run(["make", "-s", "-C", BENCHMARKS / "native"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"the native tools do not build:\n{done.stdout}{done.stderr}")


def start_upstream(bench, subject, tensor_bytes):
    """A fresh upstream for each subject, so that what it counted is the subject's alone."""
    command = [NATIVE / "wb-upstream", "--listen", subject.upstream_listens, "--tensor", tensor_bytes]
    if subject.attested:
        command += ["--key", bench.folder / "host.key", "--version", "1", "--version", "2"]
    bench.upstream = Running("upstream", command, bench.client_cpu, bench.folder)
    bench.upstream_ready = bench.upstream.await_ready()
    if subject.attested:
        bench.sink = Running("sink", [sys.executable, BENCHMARKS / "comparing/sink.py"], bench.client_cpu, bench.folder)
        bench.otlp = bench.sink.await_ready()["http"]


def await_calls(bench, started, tensor_bytes):
    """Until calls succeed: a gateway first asks its hosts for proof."""
    for _attempt in range(AWAIT_ATTEMPTS_MAX):
        line = load(bench, started, Traffic("one call", [], tensor_bytes), 0, 0.3)
        if line["error_count"] == 0 and line["calls"] > 0:
            return
    raise Failed(f"calls through {started.running.name if started.running else 'direct'} fail: "
                 f"{line['first_error'] or 'no answer'}")


def load(bench, started, traffic, warmup_s, seconds):
    """One run of the generator; its line of JSON."""
    watch = ["--watch", "upstream=" + ",".join(map(str, bench.upstream.pids()))]
    if started.running:
        watch += ["--watch", "subject=" + ",".join(map(str, started.running.pids()))]
    tls = ["--tls", str(bench.folder / "cert.pem")] if bench.tls else []
    command = ["taskset", "-c", str(bench.client_cpu), str(NATIVE / "wb-load"), "--target", started.address, "--tensor",
               str(traffic.tensor_bytes), "--expect", bench.upstream_ready["response"], "--warmup", str(warmup_s), "--seconds",
               str(seconds), "--sampled", "1", *traffic.options, *tls, *started.load_options, *watch]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise Failed(f"wb-load: exit {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def warm_up_java(bench, started, traffic, seconds_min=WARMUP_JAVA_S_MIN, seconds_max=WARMUP_JAVA_S_MAX):
    """Offers the traffic until for CALM_STEPS steps cost per call and compilers were calm; whether they were in time."""
    spent, before, calm_steps, pids = 0, None, 0, started.running.pids()
    while spent < seconds_max:
        compiling, used = compiler_seconds(pids), cpu_seconds(pids)
        now = load(bench, started, traffic, 0, WARMUP_STEP_S)["cpu_us_per_call"]["subject"]
        compiling, used = compiler_seconds(pids) - compiling, cpu_seconds(pids) - used
        spent += WARMUP_STEP_S
        calm = before and abs(now - before) < SETTLED_WITHIN * before and compiling < COMPILER_SHARE_MAX * used
        calm_steps = calm_steps + 1 if calm else 0
        if spent >= seconds_min and calm_steps >= CALM_STEPS:
            return True
        before = now
    return False


def measure(bench, started, traffic, warmup_s, seconds):
    """This traffic through a started subject, with the share of both cores that others took meanwhile."""
    cpus = {bench.subject_cpu, bench.client_cpu}
    ours = bench.upstream.pids() + (started.running.pids() if started.running else [])
    busy, known, children = machine_busy_seconds(cpus), cpu_seconds(ours), os.times()
    line = load(bench, started, traffic, warmup_s, seconds)
    generator = os.times().children_user + os.times().children_system - children.children_user - children.children_system
    busy, known = machine_busy_seconds(cpus) - busy, cpu_seconds(ours) - known
    elapsed = os.times().elapsed - children.elapsed
    return {"load": line, "foreign_cpu_share": round(max(0.0, busy - known - generator) / (len(cpus) * elapsed), 4)}
