package io.weighbridge.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weighbridge.gateway.admission.RateRule;
import io.weighbridge.gateway.config.GatewayConfig.LedgerConfig;
import io.weighbridge.gateway.peek.ParameterNames;
import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.gateway.upstream.check.CheckMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GatewayConfigTest {
  private static final String D1 = "sha256:" + "1".repeat(64);
  private static final String D2 = "sha256:" + "2".repeat(64);
  private static final String FULL =
      """
      gateway: {id: gw-1, state: ./state, reflection: true}
      listen:
        predict: {address: "0.0.0.0:9100", insecure: true}
        admin: {address: "127.0.0.1:9101"}
        http: {address: "[::1]:9102"}
      ledger: {directory: /var/ledger, calls: recorded, ack: written, on-failure: serve}
      keys: {file: ./keys.yaml}
      rates:
        - {tenant: acme, principal: svc, rate: 600/m, burst: 3}
        - {tenant: acme, rate: 500/s}
        - {tenant: "*", principal: "*", rate: 1/h}
      tracing: {endpoint: "http://127.0.0.1:4317", sample: 2.5%}
      limits: {message-bytes-max: 1MiB, body-idle-max: 50ms, host-connections-max: 2}
      hosts:
        - {id: host-a, address: "127.0.0.1:9201", key: ./host-a.pub}
        - {id: stock, address: "triton.local:8001", serves: [{model: free, version: "7"}],
           health-check: grpc-health}
      models:
        - name: minilm
          integrity: attested
          versions: [{version: "1", digest: "D1"}, {version: 1.10, digest: "D2"}]
          labels: {stable: "1", canary: "1.10"}
          split: {"1": 99.9999%, "1.10": 0.0001%}
          sticky: header x-user-id
          on-unroutable: stable
          payload-digest: request
          idempotent: true
          hedge: false
          in-flight-max: 7
        - {name: free, integrity: none, versions: [{version: "7"}], sticky: caller}
      routes:
        - {service: shop.Cart, hosts: [stock, host-a], authentication: none}
        - {method: shop.Cart/Pay, hosts: [stock]}
      """
          .replace("D1", D1)
          .replace("D2", D2);

  @TempDir Path folder;

  @Test
  void readsEveryKey() throws Exception {
    Files.writeString(folder.resolve("keys.yaml"), "keys: []");
    Files.writeString(folder.resolve("host-a.pub"), "");
    GatewayConfig config = GatewayConfig.load(file(FULL));

    assertThat(config.gateway())
        .isEqualTo(new GatewayConfig.Gateway("gw-1", folder.resolve("state"), true));
    assertThat(config.listen().predict().address()).hasToString("/0.0.0.0:9100");
    assertThat(config.listen().predict().insecure()).isTrue();
    assertThat(config.listen().admin().address()).hasToString("/127.0.0.1:9101");
    assertThat(config.listen().http().address().getPort()).isEqualTo(9102);
    assertThat(config.ledger())
        .isEqualTo(
            new LedgerConfig(
                Path.of("/var/ledger"),
                LedgerConfig.Calls.RECORDED,
                LedgerConfig.Ack.WRITTEN,
                LedgerConfig.OnFailure.SERVE));
    assertThat(config.keysFile()).isEqualTo(folder.resolve("keys.yaml"));
    assertThat(config.tracing())
        .isEqualTo(new GatewayConfig.Tracing("http://127.0.0.1:4317", 25_000));
    assertThat(config.rates())
        .containsExactly(
            new RateRule("acme", "svc", 100_000_000, 3, "600/m"),
            new RateRule("acme", null, 2_000_000, 500, "500/s"),
            new RateRule("*", "*", 3_600_000_000_000L, 1, "1/h"));
    assertThat(config.limits().bytes(Limit.MESSAGE_BYTES_MAX)).isEqualTo(1 << 20);
    assertThat(config.limits().duration(Limit.BODY_IDLE_MAX)).isEqualTo(Duration.ofMillis(50));
    assertThat(config.limits().count(Limit.HOST_CONNECTIONS_MAX)).isEqualTo(2);
    assertThat(config.routes())
        .containsExactly(
            new RouteConfig(
                "shop.Cart", List.of("stock", "host-a"), RouteConfig.Authentication.NONE),
            new RouteConfig("shop.Cart/Pay", List.of("stock"), RouteConfig.Authentication.KEY));
  }

  @Test
  void readsHostsAndModels() throws Exception {
    Files.writeString(folder.resolve("keys.yaml"), "keys: []");
    Files.writeString(folder.resolve("host-a.pub"), "");
    GatewayConfig config = GatewayConfig.load(file(FULL));

    assertThat(config.hosts().getFirst().key()).isEqualTo(folder.resolve("host-a.pub"));
    assertThat(config.hosts().getFirst().address()).hasToString("/127.0.0.1:9201");
    assertThat(config.hosts().getFirst().healthCheck()).isEqualTo(CheckMethod.MODEL_READY);
    HostConfig stock = config.hosts().getLast();
    assertThat(stock.address().isUnresolved()).isTrue();
    assertThat(stock.key()).isNull();
    assertThat(stock.healthCheck()).isEqualTo(CheckMethod.GRPC_HEALTH);
    assertThat(stock.serves()).containsExactly(new HostConfig.Serves("free", "7"));
    ModelConfig minilm = config.models().getFirst();
    assertThat(minilm.versions())
        .containsExactly(new ModelConfig.Version("1", D1), new ModelConfig.Version("1.10", D2));
    assertThat(minilm.labels()).isEqualTo(Map.of("stable", "1", "canary", "1.10"));
    assertThat(minilm.splitPpm()).isEqualTo(Map.of("1", 999_999, "1.10", 1));
    assertThat(minilm.sticky())
        .isEqualTo(new ModelSpec.Sticky(ModelSpec.Sticky.By.HEADER, "x-user-id"));
    assertThat(minilm.onUnroutable()).isEqualTo("stable");
    assertThat(minilm.secondTry()).isEqualTo(ModelSpec.SecondTry.WHEN_FAILED);
    assertThat(minilm.inFlightMax()).isEqualTo(7);
    assertThat(minilm.payloadDigest()).isEqualTo(ModelSpec.PayloadDigest.REQUEST);
    ModelConfig free = config.models().getLast();
    assertThat(free.integrity()).isEqualTo(ModelConfig.Integrity.NONE);
    assertThat(free.splitPpm()).isEqualTo(Map.of("7", 1_000_000));
    assertThat(free.sticky().by()).isEqualTo(ModelSpec.Sticky.By.CALLER);
  }

  @Test
  void everythingButTheIdHasADefault() throws Exception {
    GatewayConfig config = GatewayConfig.load(file("gateway: {id: gw-1}"));
    assertThat(config.gateway())
        .isEqualTo(new GatewayConfig.Gateway("gw-1", folder.resolve("state"), false));
    assertThat(config.listen().predict()).isEqualTo(ListenConfig.Listener.loopback(9000));
    assertThat(config.listen().admin()).isEqualTo(ListenConfig.Listener.loopback(9001));
    assertThat(config.listen().http()).isEqualTo(ListenConfig.Listener.loopback(9002));
    assertThat(config.ledger())
        .isEqualTo(
            new LedgerConfig(
                folder.resolve("ledger"),
                LedgerConfig.Calls.RECORDED,
                LedgerConfig.Ack.WRITTEN,
                LedgerConfig.OnFailure.REFUSE));
    assertThat(config.keysFile()).isNull();
    assertThat(config.tracing()).isEqualTo(new GatewayConfig.Tracing("", 10_000));
    assertThat(config.rates()).isEmpty();
    assertThat(config.hosts()).isEmpty();
    assertThat(config.models()).isEmpty();
  }

  @Test
  void callsThatAreCountedOnlyAreServedAndNotHashed() throws Exception {
    GatewayConfig config =
        GatewayConfig.load(
            file(
                "gateway: {id: g}\nledger: {calls: counted}\n"
                    + "models: [{name: m, integrity: none, versions: [{version: a}]}]"));
    assertThat(config.ledger().calls()).isEqualTo(LedgerConfig.Calls.COUNTED);
    assertThat(config.ledger().onFailure()).isEqualTo(LedgerConfig.OnFailure.SERVE);
    assertThat(config.models().getFirst().payloadDigest()).isEqualTo(ModelSpec.PayloadDigest.OFF);
  }

  @Test
  void modelsHaveDefaults() throws Exception {
    GatewayConfig config =
        GatewayConfig.load(
            file(
                "gateway: {id: g}\nmodels: [{name: m, versions: [{version: a, digest: \""
                    + D1
                    + "\"}]}]"));
    assertThat(config.models())
        .containsExactly(
            new ModelConfig(
                "m",
                ModelConfig.Integrity.ATTESTED,
                List.of(new ModelConfig.Version("a", D1)),
                Map.of(),
                Map.of("a", 1_000_000),
                new ModelSpec.Sticky(ModelSpec.Sticky.By.NOTHING, ""),
                null,
                ModelSpec.PayloadDigest.BOTH,
                ModelSpec.SecondTry.NEVER,
                0));
  }

  /** The whole table of limits: changing a default or a range is a decision, made here too. */
  @Test
  void pinsEveryLimit() {
    assertThat(
            Arrays.stream(Limit.values())
                .map(limit ->
                    limit.key() + " " + limit.defaultText() + " (" + limit.rangeText() + ")"))
        .containsExactly(
            "peek-bytes-max 32KiB (1KiB to 1MiB)",
            "message-bytes-max 64MiB (1KiB to 2047MiB)",
            "inflated-bytes-max 16MiB (1KiB to 1GiB)",
            "retry-body-bytes-max 64KiB (0B to 1MiB)",
            "stream-window-bytes 256KiB (64KiB to 16MiB)",
            "connection-window-bytes 4MiB (64KiB to 256MiB)",
            "buffered-bytes-max 32MiB (1MiB to 4GiB)",
            "process-buffered-bytes-max 512MiB (16MiB to 64GiB)",
            "calls-in-flight-max 100000 (1 to 10000000)",
            "caller-connections-max 16384 (1 to 1000000)",
            "peer-connections-per-second-max 1000 (1 to 1000000)",
            "peer-handshakes-per-second-max 200 (1 to 1000000)",
            "tls-handshake-max 10s (10ms to 10m)",
            "caller-connection-age-max 1h (1s to 30d)",
            "concurrent-streams-max 256 (1 to 100000)",
            "header-list-bytes-max 16KiB (4KiB to 64KiB)",
            "resets-per-second-max 2000 (1 to 1000000)",
            "control-frames-per-second-max 20000 (100 to 10000000)",
            "header-completion-max 10s (10ms to 10m)",
            "body-idle-max 30s (10ms to 1h)",
            "write-stall-max 30s (10ms to 1h)",
            "call-duration-max 60s (10ms to 24h)",
            "stream-duration-max 1h (10ms to 30d)",
            "stream-idle-max 10m (10ms to 30d)",
            "stream-drain-max 5m (0s to 24h)",
            "stream-unanswered-max 1024 (1 to 100000)",
            "health-watches-max 1000 (0 to 1000000)",
            "drain-max 30s (0s to 1h)",
            "host-connections-max 4 (1 to 64)",
            "host-queue-calls-max 1000 (0 to 1000000)",
            "host-connect-max 3s (10ms to 1m)",
            "host-silence-max 10s (100ms to 1h)",
            "host-backoff-max 10s (10ms to 10m)",
            "host-rest-max 30s (1s to 10m)",
            "host-check-period 5s (100ms to 1h)",
            "host-check-max 1s (10ms to 1m)",
            "host-wait-max 100ms (1ms to 1h)",
            "queue-time-max 50ms (0s to 1m)",
            "queued-calls-max 100 (1 to 10000)",
            "host-connection-age-max 1h (1s to 30d)",
            "attestation-period 60s (100ms to 1h)",
            "stale-max 15m (0s to 24h)");
  }

  @Test
  void everyLimitHasItsDefaultAndTakesTheEndsOfItsRangeOnly() {
    Limits defaults = Limits.defaults();
    for (Limit limit : Limit.values()) {
      long value = limit.unit().parse(limit.defaultText());
      switch (limit.unit()) {
        case BYTES -> assertThat(defaults.bytes(limit)).isEqualTo(value);
        case COUNT -> assertThat(defaults.count(limit)).isEqualTo(value);
        case DURATION -> assertThat(defaults.ns(limit)).isEqualTo(value);
      }
      String[] range = limit.rangeText().split(" to ", -1);
      assertThat(limit.parse(range[0])).isEqualTo(limit.unit().parse(range[0]));
      assertThat(limit.parse(range[1])).isEqualTo(limit.unit().parse(range[1]));
      assertThatThrownBy(() -> limit.parse("100000000000" + unitOf(range[1])))
          .hasMessageMatching("found \"?100000000000.*");
    }
    assertThatThrownBy(() -> defaults.ns(Limit.PEEK_BYTES_MAX)).hasMessageContaining("BYTES");
  }

  private static String unitOf(String text) {
    return text.replaceAll("\\d", "").replace("GiB", "MiB").replace("d", "s").replace("h", "s");
  }

  /** Column one is the file, lines divided by "|"; column two the only problem, after the file. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "gateway: {id: g} => ",
        "gateway: {} => 1: id: missing in gateway",
        "gateway: {id: 'a b'} => 1: id: found \"a b\", allowed is [A-Za-z0-9][A-Za-z0-9._-]{0,63}",
        "gateway: {id: [g]} => 1: id: found a list, allowed is one value",
        "gateway: {id: !x g} => 1: id: found the tag !x, allowed is one value",
        "gateway: g => 1: gateway: found \"g\", allowed is a section of keys",
        "gateway: {id: g, id: h} => 1: id: stands here twice in gateway",
        "gateway: {id: g}|listne: {} => 2: listne: unknown in the file; did you mean listen?",
        "gateway: {id: g}|zzz: {} => 2: zzz: unknown in the file, allowed is callers, gateway, hosts, keys,"
            + " ledger, limits, listen, models, rates, routes, tracing",
        "gateway: {id: g}|listen: {predict: {address: '0.0.0.0:1'}} => 2: address: found 0.0.0.0,"
            + " which is beyond loopback; allowed is 127.0.0.1, [::1] or localhost, or give it tls, or"
            + " say insecure: true",
        "gateway: {id: g}|listen: {admin: {address: '127.0.0.1:9000'}} => 2: admin: found port 9000,"
            + " which predict has; each needs one of its own",
        "gateway: {id: g}|listen: {http: {address: '0.0.0.0:9001', insecure: true}} => 2: http: found"
            + " port 9001, which admin has; each needs one of its own",
        "gateway: {id: g}|listen: {admin: {address: '1:2:3'}} => 2: address: found \"1:2:3\", allowed"
            + " is HOST:PORT or [IPV6]:PORT with a port up to 65535",
        "gateway: {id: g}|listen: {http: {address: '127.0.0.1:65536'}} => 2: address: found"
            + " \"127.0.0.1:65536\", allowed is HOST:PORT or [IPV6]:PORT with a port up to 65535",
        "gateway: {id: g}|listen: {http: {insecure: yes}} => 2: insecure: found \"yes\", allowed is"
            + " true or false",
        "gateway: {id: g}|ledger: {ack: durable} => 2: ack: found \"durable\", allowed is written",
        "gateway: {id: g}|ledger: {calls: some} => 2: calls: found \"some\", allowed is recorded or"
            + " counted",
        "gateway: {id: g}|ledger: {calls: counted, on-failure: refuse} => 2: on-failure: found refuse,"
            + " allowed is serve: calls: counted records no call",
        "gateway: {id: g}|ledger: {calls: counted}|models: [{name: m, integrity: none, versions: [{version: a}],"
            + " payload-digest: request}] => 3: payload-digest: a hash has no record to go into, for"
            + " the ledger has calls: counted; leave it out",
        "gateway: {id: g}|ledger: {on-failure: panic} => 2: on-failure: found \"panic\", allowed is"
            + " refuse or serve",
        "gateway: {id: g}|tracing: {sample: 101%} => 2: sample: found \"101%\", allowed is 0% to 100%"
            + " with up to four decimals",
        "gateway: {id: g}|tracing: {endpoint: here} => 2: endpoint: found \"here\", allowed is"
            + " http://HOST:PORT or nothing",
        "gateway: {id: g}|limits: {drain-max: 30} => 2: drain-max: found \"30\", allowed is a duration"
            + " such as 50ms, 10s, 5m, 1h or 7d",
        "gateway: {id: g}|limits: {peek-bytes-max: 1KB} => 2: peek-bytes-max: found \"1KB\", allowed"
            + " is a size such as 512B, 32KiB, 64MiB or 1GiB",
        "gateway: {id: g}|limits: {resets-per-second-max: -1} => 2: resets-per-second-max: found \"-1\", allowed is a whole"
            + " number",
        "gateway: {id: g}|limits: {resets-per-second-max: 0} => 2: resets-per-second-max: found 0, allowed is 1 to 1000000"
            + " (default 2000)",
        "gateway: {id: g}|limits: {stale-max: 999999999999d} => 2: stale-max: found"
            + " \"999999999999d\", which is too large",
        "gateway: {id: g}|limits:|  peek-bytes-max: 64KiB|  stream-window-bytes: 64KiB => 3:"
            + " peek-bytes-max: must be smaller than stream-window-bytes, or a caller stalls",
        "gateway: {id: g}|hosts: {} => 2: hosts: found a section, allowed is a list",
        "gateway: {id: g}|hosts: [{id: h, serves: [{model: m, version: v}]}]|models: [{name: m, integrity: none,"
            + " versions: [{version: v}]}] => 2: address: missing in hosts",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:1', health-check: ping, serves: [{model: m,"
            + " version: v}]}]|models: [{name: m, integrity: none, versions: [{version: v}]}] => 2: health-check:"
            + " found \"ping\", allowed is model-ready or server-ready or grpc-health or none",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:1'}] => 2: hosts: h has no key and serves"
            + " nothing: give it a key, say what it serves, or name it in routes",
        "gateway: {id: g}|routes: [{service: a.B, hosts: [x]}] => 2: hosts: found \"x\", which is not"
            + " in hosts",
        "gateway: {id: g}|routes: [{service: a.B, hosts: [x, x]}]|hosts: [{id: x, address: 'x:1'}] => 2: hosts:"
            + " \"x\" stands here twice",
        "gateway: {id: g}|routes: [{service: a.B}] => 2: hosts: found none, allowed are ids of hosts",
        "gateway: {id: g}|routes: [{method: a.B, hosts: [x]}]|hosts: [{id: x, address: 'x:1'}] => 2: method: found \"a.B\", allowed is"
            + " [A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*/[A-Za-z_]\\w*",
        "gateway: {id: g}|routes: [{service: grpc.health.v1.Health, hosts: [x]}]|hosts: [{id: x, address:"
            + " 'x:1', serves: [{model: m, version: v}]}]|models: [{name: m, integrity: none, versions:"
            + " [{version: v}]}] => 2: service: found"
            + " \"grpc.health.v1.Health\", which the gateway serves itself",
        "gateway: {id: g}|routes: [{service: a.B, hosts: [x], authentication: off}]|hosts: [{id: x, address:"
            + " 'x:1'}] => 2: authentication: found \"off\", allowed is key or none",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:0', serves: [{model: m, version: v}]}]|models: [{name: m,"
            + " integrity: none, versions: [{version: v}]}] => 2: address: found port 0, allowed is 1 to 65535",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:1', serves: [{model: m, version: v}]}] => 2:"
            + " model: found \"m\", which is not in models",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:1', serves: [{model: m, version: w}]}]|models: [{name: m,"
            + " integrity: none, versions: [{version: v}]}] => 2: version: found \"w\", which is no version of m",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:1', serves: [{model: m, version: v}, {model: m, version:"
            + " v}]}]|models: [{name: m, integrity: none, versions: [{version: v}]}] => 2: serves: \"m v\" stands"
            + " here twice",
        "gateway: {id: g}|listen: {predict: {address: '127.0.0.1:7'}, http: {address: '127.0.0.1:7'}} => 2: http:"
            + " found 127.0.0.1:7, where another port of the gateway listens",
        "gateway: {id: g}|listen: {predict: {address: '127.0.0.1:0'}, http: {address: '127.0.0.1:0'}} => ",
        "gateway: {id: g}|tracing: {endpoint: 'http://${COLLECTOR}:4318'} => 2: endpoint: found"
            + " \"http://${COLLECTOR}:4318\", allowed is http://HOST:PORT or nothing",
        "gateway: {id: g}|tracing: {endpoint: 'http://[::1'} => 2: endpoint: found \"http://[::1\", allowed is"
            + " http://HOST:PORT or nothing",
        "gateway: {id: g}|tracing: {endpoint: 'http://collector:port'} => 2: endpoint: found"
            + " \"http://collector:port\", allowed is http://HOST:PORT or nothing",
        "gateway: {id: g}|tracing: {endpoint: 'https://[::1]:4317'} => ",
        "gateway: {id: g}|limits: {drain-max: [1s]} => 2: drain-max: found a list, allowed is one value",
        "gateway: {id: g}|rates: [{tenant: t, rate: [1]}] => 2: rate: found a list, allowed is one value",
        "gateway: {id: g}||limits: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ => 3: nested deeper than 32",
        "gateway: {id: g}|#|# \u0007 x => 3: the character U+0007, which YAML does not allow",
        "gateway: {id: g}|rates: [{tenant: t, rate: 1000000/s, burst: 1000000}] => ",
        "gateway: {id: g}|rates: [{tenant: t, rate: 3600000000/h}] => 2: rate: found \"3600000000/h\", allowed is"
            + " 1/h to 1000000/s, such as 100/s, 600/m or 50/h",
        "gateway: {id: g}|rates: [{tenant: t, rate: 1000001/s}] => 2: rate: found \"1000001/s\", allowed is"
            + " 1/h to 1000000/s, such as 100/s, 600/m or 50/h",
        "gateway: {id: g}|rates: [{tenant: t, rate: 0/s}] => 2: rate: found \"0/s\", allowed is 1/h to"
            + " 1000000/s, such as 100/s, 600/m or 50/h",
        "gateway: {id: g}|rates: [{tenant: t, rate: 10}] => 2: rate: found \"10\", allowed is 1/h to"
            + " 1000000/s, such as 100/s, 600/m or 50/h",
        "gateway: {id: g}|rates: [{tenant: t}] => 2: rate: missing in rates",
        "gateway: {id: g}|rates: [{rate: 1/s}] => 2: tenant: missing in rates",
        "gateway: {id: g}|rates: [{tenant: t, rate: 1/s, burst: 0}] => 2: burst: found 0, allowed is 1 to 1000000",
        "gateway: {id: g}|rates: [{tenant: t, rate: 1/s, burst: 1000001}] => 2: burst: found 1000001, allowed is"
            + " 1 to 1000000",
        "gateway: {id: g}|rates: [{tenant: '*', principal: p, rate: 1/s}] => 2: principal: a caller is named"
            + " together with its tenant",
        "gateway: {id: g}|rates: [{tenant: t, rate: 1/s}, {tenant: t, rate: 2/s}] => 2: rates: tenant t stands"
            + " here twice",
        "[] => 1: the file: found a list, allowed is a section of keys",
        "gateway: {id: g => 1: expected ',' or '}', but got <stream end>",
        "gateway: {id: g}|---|a: b => 2: but found another document",
        "'' => 1: the file is empty",
      })
  void saysWhatIsWrongAndWhere(String text, String problem) throws IOException {
    Path file = file(text.replace('|', '\n'));
    List<String> expected = problem == null ? List.of() : List.of(file + ":" + problem);
    assertThat(problemsOf(file)).isEqualTo(expected);
  }

  private static final String MODEL =
      """
      gateway: {id: g}
      models:
      - name: m
        integrity: none
        versions: [{version: a}, {version: b}]
      """;

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "split: {a: 100%} => ",
        "split: {a: 50%, b: 49.9%} => 6: split: adds up to 99.9%, allowed is 100%",
        "split: {a: 50%, c: 50%} => 6: split: found \"c\", allowed is one of [a, b]",
        "sticky: caller => 3: split: adds up to 0.0%, allowed is 100%",
        "split: {a: 100%}|  labels: {x: c} => 7: labels: x names \"c\", allowed is one of [a, b]",
        "split: {a: 100%}|  labels: {b: a} => 7: labels: \"b\" is a version's name",
        "split: {a: 100%}|  sticky: header => 7: sticky: found \"header\", allowed is caller, header"
            + " NAME (lower case) or parameter NAME",
        "split: {a: 100%}|  sticky: header X-User => 7: sticky: found \"header X-User\", allowed is"
            + " caller, header NAME (lower case) or parameter NAME",
        "split: {a: 100%}|  on-unroutable: x => 7: on-unroutable: found \"x\", allowed is one of []",
        "split: {a: 100%}|  hedge: true => 7: hedge: a call runs twice then, which only idempotent: true allows",
        "split: {a: 100%}|  idempotent: yes => 7: idempotent: found \"yes\", allowed is true or false",
        "split: {a: 100%}|  in-flight-max: 1000000 => ",
        "split: {a: 100%}|  in-flight-max: 0 => 7: in-flight-max: found 0, allowed is 1 to 1000000",
        "split: {a: 100%}|  in-flight-max: 1000001 => 7: in-flight-max: found 1000001, allowed is 1 to 1000000",
        "split: {a: 100%}|  payload-digest: all => 7: payload-digest: found \"all\", allowed is off or"
            + " request or both",
        "split: {a: 100%}|- {name: m, integrity: none, versions: [{version: a}]} => 3: models: \"m\""
            + " stands here twice",
        "split: {a: 100%}|- {name: n, versions: [{version: a}]} => 7: versions: version \"a\" has no"
            + " digest; add digest: sha256:<hex>, or say integrity: none",
        "split: {a: 100%}|- {name: n, versions: [{version: a, digest: x}]} => 7: digest: found \"x\","
            + " allowed is sha256: and 64 lower-case hex digits",
      })
  void saysWhatIsWrongWithAModel(String text, String problem) throws IOException {
    Path file = file(MODEL + "  " + text.replace('|', '\n'));
    if (problem == null) {
      assertThat(problemsOf(file)).isEmpty();
    } else {
      assertThat(problemsOf(file)).contains(file + ":" + problem);
    }
  }

  @Test
  void listsAllProblemsAtOnceInTheOrderOfTheFile() throws IOException {
    Path file =
        file(
            """
            gateway: {id: g, stat: x}
            limits: {drain-max: 1, resets-per-second-max: x}
            keys: {file: none.yaml}
            hosts: [{address: q}]
            """);
    assertThat(problemsOf(file))
        .satisfiesExactly(
            line -> assertThat(line).startsWith(file + ":1: stat: unknown").endsWith("state?"),
            line -> assertThat(line).startsWith(file + ":2: drain-max"),
            line -> assertThat(line).startsWith(file + ":2: resets-per-second-max"),
            line -> assertThat(line).startsWith(file + ":3: file: found"),
            line -> assertThat(line).startsWith(file + ":4: id: missing"),
            line -> assertThat(line).startsWith(file + ":4: address: found \"q\""));
  }

  @Test
  void namesOfWhatIsNotThereAreListedBesideWhateverElseIsWrong() throws IOException {
    Path file =
        file(
            """
            gateway: {id: g}
            limits: {drain-maxx: 1s}
            hosts:
            - {id: a, address: 'a:1', serves: [{model: m, version: '1'}]}
            - {id: b, address: 'b:1'}
            routes:
            - {service: x.Y, hosts: [c]}
            - {service: x.Z,
               hosts: [d]}
            callers:
            - {certificate: 'DNS:x', tenant: t, principal: p, models: ['*']}
            """);
    assertThat(problemsOf(file).stream().map(line -> line.replace(file + ":", "")).toList())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("2: drain-maxx: unknown"),
            line -> assertThat(line).isEqualTo("4: model: found \"m\", which is not in models"),
            line -> assertThat(line).isEqualTo("7: hosts: found \"c\", which is not in hosts"),
            line -> assertThat(line).isEqualTo("9: hosts: found \"d\", which is not in hosts"),
            line -> assertThat(line).startsWith("11: callers: certificates are asked for only"));
  }

  @Test
  void callsAreStickyByNoMoreParametersThanAreLookedFor() throws IOException {
    StringBuilder models = new StringBuilder("gateway: {id: g}\nmodels:\n");
    for (int i = 0; i < ParameterNames.STICKY_MAX; i++) {
      models.append(sticky("m" + i, "p" + i));
    }
    String most = models + sticky("again", "p0");
    assertThat(problemsOf(file(most))).isEmpty();
    Path file = file(most + sticky("more", "p"));
    assertThat(problemsOf(file))
        .containsExactly(
            file + ":3: models: found 61 different parameters in sticky, allowed are 60");
  }

  private static String sticky(String model, String parameter) {
    return "- {name: "
        + model
        + ", integrity: none, versions: [{version: a}], sticky: parameter "
        + parameter
        + "}\n";
  }

  @Test
  void aByteThatIsNoTextIsFoundInItsLine() throws IOException {
    Path file = folder.resolve("gateway.yaml");
    Files.write(file, "gateway: {id: g}\n#\n# \u00e9".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(problemsOf(file)).containsExactly(file + ":3: a byte that is not UTF-8");
  }

  @Test
  void aFileThatCannotBeReadIsAProblem() {
    Path file = folder.resolve("absent.yaml");
    assertThat(problemsOf(file)).singleElement().asString().contains(file + ":1: cannot be read");
  }

  @Test
  void anAttestedModelNeedsHostsWithKeys() throws IOException {
    Path file =
        file(
            """
            gateway: {id: g}
            hosts: [{id: h, address: 'a:1', serves: [{model: m, version: a}]}]
            models: [{name: m, versions: [{version: a, digest: "D1"}]}]
            """
                .replace("D1", D1));
    assertThat(problemsOf(file))
        .containsExactly(
            file
                + ":2: model: m is attested, and a host without a key proves nothing: give the host"
                + " a key, or the model integrity: none");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("gateway.yaml"), text);
  }

  private static List<String> problemsOf(Path file) {
    try {
      GatewayConfig.load(file);
      return List.of();
    } catch (ConfigException e) {
      return e.problems();
    }
  }
}
