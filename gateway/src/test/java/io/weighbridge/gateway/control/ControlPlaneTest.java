package io.weighbridge.gateway.control;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weighbridge.admin.v1.SetTrafficRequest;
import io.weighbridge.admin.v1.Weight;
import io.weighbridge.audit.v1.Change;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.write.LedgerFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts with one configuration after another on the same state. */
final class ControlPlaneTest {
  @TempDir Path folder;

  private final FakeLedger ledger = new FakeLedger();

  @Test
  void theSplitOfTheConfigurationCountsOnlyTheFirstTime() throws Exception {
    try (AdminHarness admin = start(Configs.TWO_VERSIONS)) {
      set(admin, 500_000);
    }
    try (AdminHarness admin = start(Configs.TWO_VERSIONS.replace("\"1\": 100%", "\"2\": 100%"))) {
      assertThat(table(admin).models().getFirst().spec().ranges()).hasSize(2);
      assertThat(actions()).endsWith("traffic.set", "model.change");
    }
  }

  @Test
  void anotherDigestIsAChangeThatItsVersionPointsTo() throws Exception {
    start(Configs.TWO_VERSIONS).close();
    String other = "sha256:" + "3".repeat(64);
    try (AdminHarness admin = start(Configs.TWO_VERSIONS.replace(Configs.DIGEST_2, other))) {
      assertThat(actions()).endsWith("model.change");
      long leafPlusOne = leafOfLastChange() + 1;
      assertThat(target(admin, "2").deploymentLeafPlusOne()).isEqualTo(leafPlusOne);
      assertThat(target(admin, "1").deploymentLeafPlusOne()).isEqualTo(1);
      assertThat(String.valueOf(target(admin, "2").expectedDigest())).isEqualTo(other);
      assertThat(table(admin).epoch()).isEqualTo(2);
    }
  }

  @Test
  void aModelThatLeavesAndReturnsKeepsItsTraffic() throws Exception {
    try (AdminHarness admin = start(Configs.TWO_VERSIONS)) {
      set(admin, 500_000);
    }
    String none = Configs.TWO_VERSIONS.substring(0, Configs.TWO_VERSIONS.indexOf("models:"));
    try (AdminHarness admin = start(none)) {
      assertThat(table(admin).models()).isEmpty();
    }
    try (AdminHarness admin = start(Configs.TWO_VERSIONS)) {
      assertThat(table(admin).models().getFirst().spec().ranges()).hasSize(2);
      assertThat(actions()).endsWith("traffic.set", "model.remove", "model.change");
    }
  }

  @Test
  void aVersionThatOwnsTrafficCannotLeave() throws Exception {
    start(Configs.TWO_VERSIONS).close();
    String without1 =
        Configs.TWO_VERSIONS
            .replace("{version: \"1\", digest: \"" + Configs.DIGEST_1 + "\"}, ", "")
            .replace("stable: \"1\", ", "")
            .replace("\"1\": 100%", "\"2\": 100%");
    assertThatThrownBy(() -> start(without1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("minilm has no version \"1\", which owns 100.0 % of its traffic");
  }

  @Test
  void hostsOfTheConfigurationAreRecorded() throws Exception {
    String host =
        """
        hosts: [{id: h, address: "127.0.0.1:1", serves: [{model: free, version: a}]}]
        """;
    String free = "  - {name: free, integrity: none, versions: [{version: a}]}\n";
    start(Configs.TWO_VERSIONS + free + host).close();
    start(Configs.TWO_VERSIONS + free + host.replace(":1\"", ":2\"")).close();
    start(Configs.TWO_VERSIONS + free).close();
    assertThat(actions()).contains("host.declare", "host.change").endsWith("host.remove");
  }

  @Test
  void whoMayCallByTheConfigurationIsRecorded() throws Exception {
    Files.writeString(folder.resolve("pem"), "");
    String caller =
        """
        callers: [{certificate: "DNS:x", tenant: t, principal: p, models: [minilm]}]
        """;
    String models =
        Configs.TWO_VERSIONS.replace(
            "predict: {address: \"127.0.0.1:0\"",
            "predict: {address: \"127.0.0.1:0\", tls: {certificate: pem, key: pem, client-ca: pem}");
    String route =
        """
        hosts: [{id: h, address: "127.0.0.1:1"}]
        routes: [{service: a.B, hosts: [h]}]
        """;
    start(models + caller + route).close();
    assertThat(actions()).contains("host.declare", "caller.declare", "route.declare");
    int known = actions().size();
    start(models + caller + route).close();
    assertThat(actions()).hasSize(known);
    start(
            models
                + caller.replace("[minilm]", "['*']")
                + route.replace("hosts: [h]", "hosts: [h], authentication: none"))
        .close();
    assertThat(actions()).hasSize(known + 2).endsWith("caller.change", "route.change");
    start(Configs.TWO_VERSIONS).close();
    assertThat(actions()).endsWith("host.remove", "caller.remove", "route.remove");
  }

  @Test
  void howAHostIsReachedIsRecorded() throws Exception {
    Files.writeString(folder.resolve("one"), "one");
    Files.writeString(folder.resolve("two"), "two");
    String host =
        """
        hosts: [{id: h, address: "127.0.0.1:1", tls: {ca: ./one}}]
        routes: [{service: a.B, hosts: [h]}]
        """;
    start(Configs.TWO_VERSIONS + host).close();
    int known = actions().size();
    start(Configs.TWO_VERSIONS + host.replace("one", "two")).close();
    start(Configs.TWO_VERSIONS + host.replace("tls: {ca: ./one}", "health-check: none")).close();
    assertThat(actions()).hasSize(known + 2).endsWith("host.change", "host.change");
  }

  @Test
  void worksWithTheRealLedgerAcrossStarts() throws Exception {
    String first;
    try (Ledger real = openLedger();
        AdminHarness admin =
            new AdminHarness(folder, Configs.of(folder, Configs.TWO_VERSIONS), real)) {
      first = set(admin, 900_000);
      assertThat(real.status().treeSize()).isGreaterThanOrEqualTo(4);
    }
    try (Ledger real = openLedger();
        AdminHarness admin =
            new AdminHarness(folder, Configs.of(folder, Configs.TWO_VERSIONS), real)) {
      assertThat(table(admin).epoch()).isEqualTo(2);
      assertThat(target(admin, "1").deploymentLeafPlusOne()).isPositive();
      assertThat(set(admin, 500_000)).isNotEqualTo(first);
    }
  }

  private Ledger openLedger() throws IOException {
    return LedgerFiles.open(
        LedgerConfig.of(
            folder.resolve("ledger"), folder.resolve("ledger-state"), "gw-1", "test", 1));
  }

  private AdminHarness start(String config) throws IOException, ConfigException {
    return new AdminHarness(folder, Configs.of(folder, config), ledger);
  }

  private static RouteTable table(AdminHarness admin) {
    return admin.routes.getLast();
  }

  private static Target target(AdminHarness admin, String version) {
    return requireNonNull(table(admin).target("minilm", version));
  }

  private static String set(AdminHarness admin, int firstPpm) throws IOException {
    return admin
        .traffic(admin.adminToken())
        .setTraffic(
            SetTrafficRequest.newBuilder()
                .setModel("minilm")
                .setReason("ramp")
                .addWeights(Weight.newBuilder().setVersion("1").setPpm(firstPpm))
                .addWeights(Weight.newBuilder().setVersion("2").setPpm(1_000_000 - firstPpm))
                .build())
        .getRecordId();
  }

  private List<String> actions() {
    return ledger.leaves(Kind.KIND_CHANGE).stream()
        .map(Record::getChange)
        .map(Change::getAction)
        .toList();
  }

  private long leafOfLastChange() {
    List<Kind> kinds = ledger.leaves().stream().map(Record::getKind).toList();
    return kinds.lastIndexOf(Kind.KIND_CHANGE);
  }
}
