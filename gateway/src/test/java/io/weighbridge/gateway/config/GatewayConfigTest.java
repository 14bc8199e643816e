package io.weighbridge.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weighbridge.gateway.admission.RateRule;
import io.weighbridge.gateway.config.GatewayConfig.LedgerConfig;
import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.gateway.upstream.check.CheckMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("gateway.yaml"), text);
  }
}
