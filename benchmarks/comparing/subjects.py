"""What stands between the generator and the upstream: our gateway, five bare proxies, a relay, nothing."""

import hashlib
import os
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass, field
from getpass import getuser
from pathlib import Path

from .processes import Failed, Running, free_port

BENCHMARKS = Path(__file__).resolve().parent.parent
ROOT = BENCHMARKS.parent
NATIVE = BENCHMARKS / "target" / "native"
# How the proxies are told to speak TLS with their callers: @WORD@ of their file, without and with it.
TLS_WORDS = {
    "nghttpx": {"NO_TLS": (";no-tls", ""), "TLS": ("", "private-key-file=key.pem\ncertificate-file=cert.pem\nno-ocsp=yes")},
    "haproxy": {"TLS": ("proto h2", "ssl crt both.pem alpn h2")},
    "nginx": {"SSL": ("", "ssl "), "TLS": ("", "ssl_certificate cert.pem; ssl_certificate_key key.pem;")},
    "caddy": {"SCHEME": ("http", "https"), "TLS": ("", "tls cert.pem key.pem")},
}
SERVES = 'serves: [{model: bench, version: "1"}, {model: bench, version: "2"}]'
# The same calls as another service's, which the gateway passes on unread.
UNREAD = "bench.Unread/ModelInfer"
# nginx takes a host connection per call: as many are kept as any scenario has calls in flight.
STREAMS_MAX = 1024


@dataclass
class Bench:
    """Where one round runs."""

    folder: Path
    subject_cpu: int
    client_cpu: int
    tls: bool = False  # callers speak TLS; towards the upstream nobody does
    upstream: Running = None
    sink: Running = None  # takes the gateway's spans
    otlp: str = ""
    upstream_ready: dict = field(default_factory=dict)

    def upstream_port(self):
        return self.upstream_ready["infer"].rpartition(":")[2]

    def make_certificate(self):
        """A key and a certificate of its own for 127.0.0.1: cert.pem, key.pem, and both.pem for who wants one file."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.folder / "key.pem",
                        "-out", self.folder / "cert.pem"], check=True, capture_output=True)
        (self.folder / "both.pem").write_text((self.folder / "cert.pem").read_text() + (self.folder / "key.pem").read_text())


@dataclass
class Started:
    """A subject that takes calls."""

    address: str
    running: Running = None
    load_options: list = field(default_factory=list)
    another_caller: list = field(default_factory=list)  # the same options with another key, where there is one
    admin: tuple = ()  # of a gateway: address of its admin port, and the file of a key for it


class Subject:
    """One thing to measure; `warmup_s` is what it needs before its figures mean anything."""

    name = ""
    java = False
    attested = False
    speaks_tls = False
    traces = False
    upstream_listens = "127.0.0.1:0"
    changed = ""

    def missing(self):
        """What to do before this subject can run, or None."""
        return None

    def version(self):
        return ""

    def start(self, bench):
        raise NotImplementedError


class Direct(Subject):
    """No proxy: what the generator and the upstream reach by themselves on one core."""

    name = "direct"

    def start(self, bench):
        return Started(bench.upstream_ready["infer"])


class Relay(Subject):
    """Copies bytes, parses nothing."""

    name = "relay"

    def start(self, bench):
        running = Running("relay", [NATIVE / "wb-relay", "127.0.0.1:0", bench.upstream_ready["infer"]],
                          bench.subject_cpu, bench.folder)
        return Started(running.await_ready()["relay"], running)


class Proxy(Subject):
    """A proxy of the distribution, configured by peers/FILE.in."""

    speaks_tls = True

    def __init__(self, name, program, package, template, command, version_command):
        self.name = name
        self.program = program
        self.package = package
        self.template = template
        self.command = command
        self.version_command = version_command

    def found(self):
        return shutil.which(self.program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

    def missing(self):
        return None if self.found() else f"{self.program} is not installed: apt-get install {self.package}"

    def version(self):
        done = subprocess.run([self.found(), *self.version_command], capture_output=True, text=True, check=False)
        return re.search(r"\d+\.\d+[.\d]*", done.stdout + done.stderr).group()

    def start(self, bench):
        port = free_port()
        values = {"PORT": port, "UPSTREAM": bench.upstream_port(), "WORK": bench.folder, "STREAMS": STREAMS_MAX,
                  "USER": getuser(), **{word: pair[bench.tls] for word, pair in TLS_WORDS[self.name].items()}}
        config = fill(self.template, values, bench.folder)
        command = [word.replace("@CONFIG@", str(config)).replace("@WORK@", str(bench.folder)) for word in self.command]
        home = {"HOME": str(bench.folder)}  # for what it keeps beside what it is told
        running = Running(self.name, [self.found(), *command], bench.subject_cpu, bench.folder, home)
        running.await_port(port)
        return Started(f"127.0.0.1:{port}", running)


class GrpcJava(Subject):
    """A bare pass-through by grpc-java, started by our launcher."""

    name = "grpc-java"
    java = True

    def missing(self):
        return build(ROOT / "benchmarks", "bench-peer")

    def version(self):
        return min((ROOT / "benchmarks/target/lib").glob("grpc-netty-*.jar")).stem.removeprefix("grpc-netty-")

    def start(self, bench):
        running = Running(self.name, [ROOT / "weighbridge", "bench-peer", "0", bench.upstream_ready["infer"]],
                          bench.subject_cpu, bench.folder, {"WEIGHBRIDGE_BUILD": "no"})
        return Started(running.await_ready()[self.name], running)


class Gateway(Subject):
    """Weighbridge with everything on, or with one thing changed, started by its own launcher, as an operator starts it.

    `UNREAD` is how who calls a service of `routes` is known: key or none; nothing for calls of the model. `CALLED` is which models
    are called: `bench`, or all the `others`, at random.
    """

    java = True
    attested = True
    speaks_tls = True

    def __init__(self, java_options, name="gateway", **changed):
        self.name = name
        self.changed = ", ".join(f"{word} {value}" for word, value in changed.items())
        self.java_options = java_options
        self.settings = {"SAMPLE": "1%", "INTEGRITY": "attested", "PAYLOAD_DIGEST": "both", "CALLS": "recorded", "UNREAD": "",
                         "MODELS": "1", "HOSTS": "1", "LIMITS": "", "CALLED": "bench", **changed}
        self.traces = self.settings["SAMPLE"] != "0%"
        self.called_bench = self.settings["CALLED"] == "bench"
        self.others = [f"other-{i}" for i in range(int(self.settings["MODELS"]) - 1)]
        if self.others or self.settings["HOSTS"] != "1":
            self.upstream_listens = "0.0.0.0:0"

    def missing(self):
        return build(ROOT / "gateway", "--version")

    def version(self):
        return min((ROOT / "gateway/target").glob("weighbridge-gateway-*.jar")).stem.removeprefix("weighbridge-gateway-")

    def start(self, bench):
        tokens = {caller: secrets.token_urlsafe(32) for caller in ("bench", "other")}  # 43 characters, 256 bits
        ready = bench.upstream_ready
        # Hosts more than one are the same process at other addresses of loopback, so nobody can prove to be them.
        more_hosts = "\n".join(
            f'  - {{id: bench-host-{i}, address: "127.1.{i // 250}.{i % 250 + 1}:{bench.upstream_port()}", {SERVES}}}'
            for i in range(int(self.settings["HOSTS"]) - 1))
        if self.others:
            serves = ", ".join(f'{{model: {name}, version: "1"}}' for name in self.others)
            more_hosts += f'\n  - {{id: others, address: "127.2.0.1:{bench.upstream_port()}", serves: [{serves}]}}'
        proof, digests = f'key: "{bench.folder}/host.pub"', [f', digest: "{ready[f"digest.{v}"]}"' for v in "12"]
        if self.settings["INTEGRITY"] == "none":
            proof, digests = SERVES, ["", ""]
        config = fill("gateway.yaml", {
            "UPSTREAM": bench.upstream_port(), "PROOF": proof, "DIGEST_1": digests[0], "DIGEST_2": digests[1],
            "OTLP": bench.otlp, "TLS": ", tls: {certificate: ./cert.pem, key: ./key.pem}" if bench.tls else "",
            **self.settings, "MORE_HOSTS": more_hosts, "MORE_MODELS": other_models(self.others),
            "ROUTES": unread_route(self.settings["UNREAD"])}, bench.folder)
        models = "bench" if self.called_bench else "'*'"
        (bench.folder / "keys.yaml").write_text("keys:\n" + "".join(
            f"  - {{id: {caller}, sha256: {hashlib.sha256(secret.encode()).hexdigest()}, tenant: {caller}, "
            f"principal: wb-load, models: [{models}, /{UNREAD}]}}\n" for caller, secret in tokens.items()))
        # The launcher ends in exec: the process measured is the JVM and nothing else.
        running = Running("gateway", [ROOT / "weighbridge", "gateway", "--config", config], bench.subject_cpu, bench.folder,
                          {"WEIGHBRIDGE_BUILD": "no", "WEIGHBRIDGE_JAVA_OPTS": self.java_options})
        at = running.await_ready()
        callers = [["--token", f"wb_{caller}_{secret}", *self.call_options()] for caller, secret in tokens.items()]
        return Started(at["predict"], running, *callers, admin=(at["admin"], bench.folder / "state/admin.key"))

    def call_options(self):
        """What is called, and what no answer may lack."""
        options = ["--method", UNREAD] if self.settings["UNREAD"] else []
        if not self.called_bench:
            options += ["--model", "other", "--models", str(len(self.others))]
        if self.settings["CALLS"] == "recorded":
            options += ["--require", "weighbridge-record-id"]
        if self.settings["INTEGRITY"] == "attested" and not self.settings["UNREAD"] and self.called_bench:
            options += ["--require", "weighbridge-model-digest"]
        return options


def other_models(names):
    """Models of one version that nobody can prove."""
    return "\n".join(f'  - {{name: {name}, integrity: none, versions: [{{version: "1"}}]}}' for name in names)


def unread_route(authentication):
    """A rule for the same calls by another name, unless nobody makes any."""
    return f'routes: [{{method: {UNREAD}, hosts: [bench-host], authentication: {authentication}}}]' if authentication else ""


def build(module, argument):
    """The launcher builds what is missing or stale, unless WEIGHBRIDGE_BUILD=no; what to do if it could not."""
    if os.environ.get("WEIGHBRIDGE_BUILD") != "no":
        subprocess.run([ROOT / "weighbridge", argument], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return None if (module / "target/lib").is_dir() else f"it is not built: mvn -DskipTests package (in {ROOT})"


def fill(template, values, folder):
    """Writes peers/TEMPLATE.in with its @NAMES@ replaced into the folder."""
    text = (BENCHMARKS / "peers" / f"{template}.in").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    left = re.search(r"@[A-Z_0-9]+@", text)
    if left:
        raise Failed(f"{template}.in: nothing known for {left.group()}")
    file = folder / template
    file.write_text(text)
    return file


def all_subjects(java_options):
    """Every subject by name, ours first."""
    subjects = [
        Gateway(java_options),
        # What a feature costs: the same without it, or with more of it.
        Gateway(java_options, "gateway-unhashed", PAYLOAD_DIGEST="off"),
        Gateway(java_options, "gateway-unattested", INTEGRITY="none"),
        Gateway(java_options, "gateway-untraced", SAMPLE="0%"),
        Gateway(java_options, "gateway-all-traced", SAMPLE="100%"),
        # Beside gateway-unhashed, for what is not recorded is not hashed.
        Gateway(java_options, "gateway-unrecorded", CALLS="counted", PAYLOAD_DIGEST="off"),
        # Neither scanned, permitted by model, routed, proved nor hashed; then by anybody.
        Gateway(java_options, "gateway-unread", UNREAD="key"),
        Gateway(java_options, "gateway-unauthenticated", UNREAD="none"),
        Proxy("nghttpx", "nghttpx", "nghttp2-proxy", "nghttpx.conf", ["--conf=@CONFIG@"], ["--version"]),
        Proxy("haproxy", "haproxy", "haproxy", "haproxy.cfg", ["-f", "@CONFIG@"], ["-v"]),
        Proxy("nginx", "nginx", "nginx-light", "nginx.conf", ["-c", "@CONFIG@", "-e", "@WORK@/nginx-error.log"],
              ["-v"]),
        Proxy("caddy", "caddy", "caddy", "Caddyfile", ["run", "--config", "@CONFIG@", "--adapter", "caddyfile"],
              ["version"]),
        GrpcJava(),
        Relay(),
        Direct(),
    ]
    return {subject.name: subject for subject in subjects}
