package io.weighbridge.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.weighbridge.admin.v1.DrainHostRequest;
import io.weighbridge.admin.v1.ExplainTrafficRequest;
import io.weighbridge.admin.v1.ExplainTrafficResponse;
import io.weighbridge.admin.v1.ExplainTrafficResponse.Decision;
import io.weighbridge.admin.v1.Host;
import io.weighbridge.admin.v1.ListHostsRequest;
import io.weighbridge.admin.v1.ListTrafficHistoryRequest;
import io.weighbridge.admin.v1.ListTrafficHistoryResponse.TrafficEpoch;
import io.weighbridge.admin.v1.ModelTraffic;
import io.weighbridge.admin.v1.ReleaseHostRequest;
import io.weighbridge.admin.v1.SetTrafficRequest;
import io.weighbridge.admin.v1.SetTrafficResponse;
import io.weighbridge.admin.v1.ShowTrafficRequest;
import io.weighbridge.admin.v1.UndrainHostRequest;
import io.weighbridge.admin.v1.VersionTraffic;
import io.weighbridge.admin.v1.Weight;
import io.weighbridge.audit.v1.Change;
import io.weighbridge.audit.v1.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdminTrafficTest {
  @TempDir Path folder;

  private final FakeLedger ledger = new FakeLedger();
  private AdminHarness admin;
  private String token;

  @BeforeEach
  void start() throws Exception {
    admin = new AdminHarness(folder, Configs.of(folder, Configs.TWO_VERSIONS), ledger);
    token = admin.adminToken();
  }

  @AfterEach
  void stop() throws Exception {
    admin.close();
  }

  @Test
  void showsWantedAndRealSideBySide() {
    ModelTraffic shown =
        admin.traffic(token).showTraffic(ShowTrafficRequest.getDefaultInstance()).getModels(0);
    assertThat(shown.getModel()).isEqualTo("minilm");
    assertThat(shown.getEpoch()).isEqualTo(1);
    assertThat(shown.getChangedBy()).isEqualTo("configuration");
    assertThat(shown.getSticky()).isEqualTo("header x-user-id");
    VersionTraffic first = shown.getVersions(0);
    assertThat(first)
        .isEqualTo(
            VersionTraffic.newBuilder()
                .setVersion("1")
                .addLabels("stable")
                .setWeightPpm(1_000_000)
                .setRealPpm(905_000)
                .setRealCalls(1_000)
                .setErrorPpm(2_000)
                .setExpectedDigest(Configs.DIGEST_1)
                .setHostsProved(1)
                .setHostsKnown(2)
                .setP50Ns(9)
                .setP99Ns(18)
                .setIntegrity("attested")
                .build());
  }

  @Test
  void setsRecordsAndPublishes() {
    SetTrafficResponse set = admin.traffic(token).setTraffic(weights(900_000, 100_000).build());
    assertThat(set.getMovesList())
        .containsExactly(
            SetTrafficResponse.Move.newBuilder().setFrom("1").setTo("2").setPpm(100_000).build());
    assertThat(set.getBefore().getEpoch()).isEqualTo(1);
    assertThat(set.getAfter().getEpoch()).isEqualTo(2);
    assertThat(set.getAfter().getVersions(1).getWeightPpm()).isEqualTo(100_000);
    assertThat(admin.routes.getLast().epoch()).isEqualTo(2);

    Change change = ledger.leaves(Kind.KIND_CHANGE).getLast().getChange();
    assertThat(change.getActor()).isEqualTo("admin");
    assertThat(change.getRole()).isEqualTo("admin");
    assertThat(change.getReason()).isEqualTo("ramp");
    assertThat(change.getAction()).isEqualTo("traffic.set");
    assertThat(change.getSubject()).isEqualTo("minilm");
    assertThat(change.getBefore())
        .isEqualTo("{\"ranges\":\"0-1000000 1\",\"weights_ppm\":{\"1\":1000000}}");
    assertThat(change.getAfter()).contains("\"weights_ppm\":{\"1\":900000,\"2\":100000}");
    assertThat(change.getEpoch()).isEqualTo(2);
    assertThat(set.getRecordId()).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  }

  @Test
  void aDryRunTellsTheMovesAndChangesNothing() {
    SetTrafficResponse dry =
        admin.traffic(token).setTraffic(weights(0, 1_000_000).setDryRun(true).build());
    assertThat(dry.getMovesList()).hasSize(1);
    assertThat(dry.getAfter().getVersions(1).getWeightPpm()).isEqualTo(1_000_000);
    assertThat(dry.getRecordId()).isEmpty();
    assertThat(admin.routes).hasSize(1);
    assertThat(history()).hasSize(1);
  }

  @Test
  void refusesWhatItMustNotDo() {
    refuses(weights(900_000, 100_000).setReason(" "), "INVALID_ARGUMENT reason_missing");
    refuses(
        weights(900_000, 100_000).setReason("x".repeat(1_001)),
        "INVALID_ARGUMENT request_malformed");
    refuses(weights(900_000, 99_999), "INVALID_ARGUMENT weights_invalid");
    refuses(weights(-1, 1), "INVALID_ARGUMENT weights_invalid");
    refuses(weights(1_000_000, 0).addWeights(weight("1", 0)), "INVALID_ARGUMENT weights_invalid");
    refuses(weights(0, 0).addWeights(weight("3", 1_000_000)), "INVALID_ARGUMENT version_unknown");
    refuses(weights(0, 1_000_000).setModel("other"), "NOT_FOUND model_unknown");
    refuses(weights(0, 1_000_000).setExpectedEpoch(7), "ABORTED epoch_stale");
    admin.unproved.add("2");
    refuses(weights(999_999, 1), "FAILED_PRECONDITION no_verified_host");
    refuses(weights(999_999, 1).setDryRun(true), "FAILED_PRECONDITION no_verified_host");
    ledger.accepting(false);
    refuses(weights(1_000_000, 0), "UNAVAILABLE audit_unavailable");
    assertThat(admin.routes).hasSize(1);
  }

  @Test
  void theSecondOfTwoWhoSawTheSameEpochIsTold() {
    admin.traffic(token).setTraffic(weights(900_000, 100_000).setExpectedEpoch(1).build());
    refuses(weights(800_000, 200_000).setExpectedEpoch(1), "ABORTED epoch_stale");
  }

  @Test
  void explainsKeysNowAndInAnEarlierEpoch() {
    admin.traffic(token).setTraffic(weights(900_000, 100_000).build());
    List<String> users = IntStream.range(0, 1_000).mapToObj(i -> "user-" + i).toList();
    ExplainTrafficRequest.Builder request =
        ExplainTrafficRequest.newBuilder().setModel("minilm").addAllKeys(users);
    ExplainTrafficResponse now = admin.traffic(token).explainTraffic(request.build());
    assertThat(now.getEpoch()).isEqualTo(2);
    assertThat(now.getDecisionsList())
        .allSatisfy(d -> assertThat(d.getVersion()).isEqualTo(d.getBucket() < 900_000 ? "1" : "2"));
    assertThat(canary(now)).isBetween(60L, 140L);
    ExplainTrafficResponse before =
        admin.traffic(token).explainTraffic(request.setEpoch(1).build());
    assertThat(canary(before)).isZero();
    Throwable unknown =
        catchThrowable(() -> admin.traffic(token).explainTraffic(request.setEpoch(3).build()));
    assertThat(AdminHarness.refusal(unknown)).startsWith("NOT_FOUND epoch_unknown");
  }

  private static long canary(ExplainTrafficResponse answer) {
    return answer.getDecisionsList().stream().map(Decision::getVersion).filter("2"::equals).count();
  }

  @Test
  void explainBoundsKeys() {
    ExplainTrafficRequest.Builder request = ExplainTrafficRequest.newBuilder().setModel("minilm");
    explainRefuses(request.build());
    explainRefuses(request.addKeys("x".repeat(1_025)).build());
    explainRefuses(
        request
            .clearKeys()
            .addAllKeys(IntStream.range(0, 1_001).mapToObj(i -> "k" + i).toList())
            .build());
  }

  private void explainRefuses(ExplainTrafficRequest request) {
    Throwable thrown = catchThrowable(() -> admin.traffic(token).explainTraffic(request));
    assertThat(AdminHarness.refusal(thrown)).startsWith("INVALID_ARGUMENT request_malformed");
  }

  @Test
  void historyIsNewestFirstAndBounded() {
    admin.traffic(token).setTraffic(weights(900_000, 100_000).build());
    admin.traffic(token).setTraffic(weights(500_000, 500_000).build());
    assertThat(history()).extracting(TrafficEpoch::getEpoch).containsExactly(3L, 2L, 1L);
    assertThat(history().getFirst().getWeightsList())
        .containsExactly(weight("1", 500_000).build(), weight("2", 500_000).build());
    ListTrafficHistoryRequest.Builder request =
        ListTrafficHistoryRequest.newBuilder().setModel("minilm");
    assertThat(admin.traffic(token).listTrafficHistory(request.setLimit(1).build()).getEpochsList())
        .hasSize(1);
    assertThatThrownBy(
            () -> admin.traffic(token).listTrafficHistory(request.setLimit(1_001).build()))
        .hasMessageContaining("allowed is up to 1000");
  }

  @Test
  void releasesAQuarantinedHostAfterItsRecord() {
    admin.hosts.add(
        Host.newBuilder().setId("a").setState("quarantined").setReason("digest").build());
    admin.hosts.add(Host.newBuilder().setId("b").setState("proved").build());
    assertThat(admin.hosts(token).listHosts(ListHostsRequest.getDefaultInstance()).getHostsList())
        .hasSize(2);
    releaseRefused("b", "fixed", "FAILED_PRECONDITION host_not_quarantined");
    releaseRefused("c", "fixed", "NOT_FOUND host_unknown");
    releaseRefused("a", "", "INVALID_ARGUMENT reason_missing");
    assertThat(
            admin
                .hosts(token)
                .releaseHost(ReleaseHostRequest.newBuilder().setId("a").setReason("fixed").build())
                .getHost()
                .getState())
        .isEqualTo("connecting");
    Change change = ledger.leaves(Kind.KIND_CHANGE).getLast().getChange();
    assertThat(change.getAction()).isEqualTo("host.release");
    assertThat(change.getBefore()).contains("digest");
  }

  @Test
  void saysThatAHostIsNotReleasedWhenThatCannotBeWrittenDown() {
    admin.hosts.add(Host.newBuilder().setId("a").setState("quarantined").build());
    ledger.accepting(false);
    assertThat(releaseRefused("a", "fixed", "UNAVAILABLE audit_unavailable"))
        .hasMessageContaining("the ledger did not take the record")
        .hasMessageContaining("the host is not released");
    ledger.accepting(true);
    ledger.failing(true);
    assertThat(releaseRefused("a", "fixed", "UNAVAILABLE audit_unavailable"))
        .hasMessageContaining("the host is not released")
        .hasMessageContaining("repeat the command")
        .hasMessageNotContaining("takes effect");
    ledger.failing(false);
    admin.released = HostControl.Released.NOT_RECORDED;
    assertThat(releaseRefused("a", "fixed", "UNAVAILABLE audit_unavailable"))
        .hasMessageContaining("could not be written down; the host is not released");
    admin.released = HostControl.Released.NOT_QUARANTINED;
    assertThat(releaseRefused("a", "fixed", "FAILED_PRECONDITION host_not_quarantined"))
        .hasMessageContaining("somebody else");
  }

  @Test
  void drainsAHostAndEndsThat() {
    admin.hosts.add(Host.newBuilder().setId("a").setState("proved").setInFlight(3).build());
    admin.hosts.add(Host.newBuilder().setId("b").setState("proved").build());
    DrainHostRequest.Builder request = DrainHostRequest.newBuilder().setId("a").setReason("kernel");
    Host drained = admin.hosts(token).drainHost(request.build()).getHost();
    assertThat(drained.getInFlight()).isEqualTo(3);
    assertThat(drained.getDrain().getReason()).isEqualTo("kernel");
    assertThat(drained.getDrain().getChangedBy()).isEqualTo("admin");
    assertThat(drained.getDrain().getSince()).isPositive();
    assertThat(admin.drains.getLast()).containsExactly("a");
    assertThat(admin.hosts(token).listHosts(ListHostsRequest.getDefaultInstance()).getHostsList())
        .extracting(Host::hasDrain)
        .containsExactly(true, false);
    drainRefused(request, "FAILED_PRECONDITION host_draining");
    drainRefused(request.clone().setId("c"), "NOT_FOUND host_unknown");
    drainRefused(request.clone().setReason(""), "INVALID_ARGUMENT reason_missing");

    UndrainHostRequest back =
        UndrainHostRequest.newBuilder().setId("a").setReason("new kernel").build();
    assertThat(admin.hosts(token).undrainHost(back).getHost().hasDrain()).isFalse();
    assertThat(admin.drains.getLast()).isEmpty();
    Throwable thrown = catchThrowable(() -> admin.hosts(token).undrainHost(back));
    assertThat(AdminHarness.refusal(thrown))
        .isEqualTo("FAILED_PRECONDITION host_not_draining weighbridge");
    assertThat(ledger.leaves(Kind.KIND_CHANGE))
        .extracting(leaf -> leaf.getChange().getAction())
        .endsWith("host.drain", "host.undrain");
  }

  @Test
  void theLastHostOfAVersionDrainsByForceOnly() {
    admin.hosts.add(Host.newBuilder().setId("a").setState("proved").build());
    admin.onlyOn.put("a", List.of("minilm 1"));
    DrainHostRequest.Builder request = DrainHostRequest.newBuilder().setId("a").setReason("kernel");
    drainRefused(request, "FAILED_PRECONDITION last_host");
    assertThat(admin.drains.getLast()).isEmpty();
    assertThat(admin.hosts(token).drainHost(request.setForce(true).build()).getHost().hasDrain())
        .isTrue();
    assertThat(ledger.leaves(Kind.KIND_CHANGE).getLast().getChange().getAfter())
        .contains("minilm 1");
  }

  private void drainRefused(DrainHostRequest.Builder request, String refusal) {
    Throwable thrown = catchThrowable(() -> admin.hosts(token).drainHost(request.build()));
    assertThat(AdminHarness.refusal(thrown)).isEqualTo(refusal + " weighbridge");
  }

  private Throwable releaseRefused(String id, String reason, String refusal) {
    ReleaseHostRequest request =
        ReleaseHostRequest.newBuilder().setId(id).setReason(reason).build();
    Throwable thrown = catchThrowable(() -> admin.hosts(token).releaseHost(request));
    assertThat(AdminHarness.refusal(thrown)).isEqualTo(refusal + " weighbridge");
    return thrown;
  }

  private List<TrafficEpoch> history() {
    return admin
        .traffic(token)
        .listTrafficHistory(ListTrafficHistoryRequest.newBuilder().setModel("minilm").build())
        .getEpochsList();
  }

  private void refuses(SetTrafficRequest.Builder request, String refusal) {
    Throwable thrown = catchThrowable(() -> admin.traffic(token).setTraffic(request.build()));
    assertThat(AdminHarness.refusal(thrown)).isEqualTo(refusal + " weighbridge");
  }

  private static SetTrafficRequest.Builder weights(int first, int second) {
    return SetTrafficRequest.newBuilder()
        .setModel("minilm")
        .setReason("ramp")
        .addWeights(weight("1", first))
        .addWeights(weight("2", second));
  }

  private static Weight.Builder weight(String version, int ppm) {
    return Weight.newBuilder().setVersion(version).setPpm(ppm);
  }
}
