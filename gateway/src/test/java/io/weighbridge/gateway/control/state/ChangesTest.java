package io.weighbridge.gateway.control.state;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.gateway.config.GatewayConfig;
import io.weighbridge.gateway.control.Configs;
import io.weighbridge.gateway.control.FakeLedger;
import io.weighbridge.gateway.route.Ranges;
import io.weighbridge.ledger.LedgerUnavailableException;
import io.weighbridge.ledger.RecordId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ChangesTest {
  private static final Map<String, Integer> HALF = Map.of("1", 500_000, "2", 500_000);

  @TempDir Path folder;

  private final FakeLedger ledger = new FakeLedger();
  private final List<ControlState> published = new CopyOnWriteArrayList<>();
  private GatewayConfig config;

  /** Stands for the death of the process between two steps. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @BeforeEach
  void readConfiguration() throws IOException {
    config = Configs.of(folder, Configs.TWO_VERSIONS);
  }

  @Test
  void aNewModelIsRecordedThenPublishedThenApplied() throws IOException {
    try (Changes changes = open()) {
      reconcileAndServe(changes);
      assertThat(ledger.leaves())
          .extracting(Record::getKind)
          .containsExactly(Kind.KIND_CHANGE, Kind.KIND_APPLIED);
      Record change = ledger.leaves().getFirst();
      assertThat(change.getChange().getActor()).isEqualTo("configuration");
      assertThat(change.getChange().getAction()).isEqualTo("model.declare");
      assertThat(change.getChange().getAfter()).contains(Configs.DIGEST_1);
      assertThat(change.getChange().getEpoch()).isEqualTo(1);
      assertThat(published).singleElement().isEqualTo(changes.current());
      assertThat(model(changes).leafPlusOneByVersion()).isEqualTo(Map.of("1", 1L, "2", 1L));
      assertThat(model(changes).traffic().epoch()).isEqualTo(1);
      assertThat(ledger.leaves().getLast().getApplied().getTableDigest().size()).isEqualTo(32);
    }
  }

  @Test
  void aChangeRaisesTheEpochAndSurvivesAStart() throws IOException {
    ControlState last;
    try (Changes changes = open()) {
      reconcileAndServe(changes);
      List<RecordId> ids = changes.apply(traffic(HALF));
      assertThat(ids).hasSize(1);
      assertThat(model(changes).traffic().recordId()).isEqualTo(ids.getFirst().toString());
      assertThat(changes.current().epoch()).isEqualTo(2);
      last = changes.current();
    }
    try (Changes changes = open()) {
      changes.apply(new Reconciliation(config, new Random(2)));
      changes.serve();
      assertThat(changes.current()).isEqualTo(last);
      assertThat(ledger.leaves(Kind.KIND_CHANGE)).hasSize(2);
      assertThat(ledger.leaves(Kind.KIND_APPLIED))
          .extracting(r -> r.getApplied().getEpoch())
          .containsExactly(1L, 2L, 2L);
      assertThat(changes.history("minilm", Long.MAX_VALUE, 10))
          .extracting(Traffic::epoch)
          .containsExactly(2L, 1L);
      assertThat(changes.history("minilm", 1, 10)).extracting(Traffic::epoch).containsExactly(1L);
    }
  }

  @Test
  void keysAndHostsLeaveTheEpochAlone() throws IOException {
    try (Changes changes = open()) {
      reconcileAndServe(changes);
      changes.apply(
          _ -> List.of(change("key.create", new Delta.PutKeys(List.of(key()), List.of()))));
      assertThat(changes.current().epoch()).isEqualTo(1);
      assertThat(changes.current().keys()).containsOnlyKeys("k1");
      assertThat(ledger.leaves(Kind.KIND_APPLIED)).hasSize(1);
    }
    try (Changes changes = open()) {
      changes.serve();
      assertThat(changes.current().keys().get("k1")).isEqualTo(key());
    }
  }

  /** Whatever step dies: afterwards each change has its record, each record its change. */
  @ParameterizedTest
  @EnumSource(Step.class)
  void deathBetweenAnyTwoStepsLosesAndInventsNothing(Step last) throws IOException {
    try (Changes changes = open()) {
      reconcileAndServe(changes);
    }
    AtomicBoolean armed = new AtomicBoolean();
    Consumer<Step> killer =
        step -> {
          if (armed.get() && step == last) {
            throw new Killed();
          }
        };
    try (Changes dying = Changes.open(folder, ledger, published::add, killer)) {
      dying.serve();
      armed.set(true);
      assertThatThrownBy(() -> dying.apply(traffic(HALF))).isInstanceOf(Killed.class);
    }
    published.forEach(this::everyChangeIsRecorded);
    try (Changes changes = open()) {
      changes.serve();
      everyChangeIsRecorded(changes.current());
      everyRecordIsAChange(changes);
      boolean done = EnumSet.range(Step.COMMITTED, Step.APPLIED).contains(last);
      assertThat(changes.current().epoch()).isEqualTo(done ? 2 : 1);
    }
  }

  private void everyChangeIsRecorded(ControlState state) {
    assertThat(ledger.leaves(Kind.KIND_CHANGE))
        .extracting(leaf -> id(leaf))
        .contains(minilm(state).traffic().recordId());
  }

  private void everyRecordIsAChange(Changes changes) throws IOException {
    List<String> recorded = ledger.leaves(Kind.KIND_CHANGE).stream().map(ChangesTest::id).toList();
    List<String> kept =
        changes.history("minilm", Long.MAX_VALUE, 10).reversed().stream()
            .map(Traffic::recordId)
            .toList();
    assertThat(recorded).isEqualTo(kept);
  }

  @Test
  void aLedgerThatTakesNothingLeavesEverythingAsItWas() throws IOException {
    try (Changes changes = open()) {
      reconcileAndServe(changes);
      ledger.accepting(false);
      assertThatThrownBy(() -> changes.apply(traffic(HALF)))
          .isInstanceOf(LedgerUnavailableException.class)
          .hasMessageContaining("nothing was changed");
      ledger.accepting(true);
      assertThat(changes.current().epoch()).isEqualTo(1);
      assertThat(changes.history("minilm", Long.MAX_VALUE, 10)).hasSize(1);
    }
  }

  @Test
  void aChangeWhoseRecordIsRefusedWaitsForItAndIsNotServedBefore() throws IOException {
    try (Changes changes = open()) {
      reconcileAndServe(changes);
      ledger.failing(true);
      assertThatThrownBy(() -> changes.apply(traffic(HALF)))
          .isInstanceOf(LedgerUnavailableException.class)
          .hasMessageContaining("takes effect once");
      assertThat(changes.current().epoch()).isEqualTo(1);
      assertThat(changes.waitingCount()).isEqualTo(1);
      assertThatThrownBy(() -> changes.apply(traffic(HALF)))
          .isInstanceOf(LedgerUnavailableException.class)
          .hasMessageContaining("nothing was changed");
      ledger.failing(false);
      Awaitility.await().until(() -> changes.current().epoch() == 2);
      assertThat(changes.waitingCount()).isZero();
      assertThat(ledger.leaves(Kind.KIND_CHANGE)).hasSize(2);
    }
  }

  /** Also in a folder that others may read: it holds digests of keys and who they are for. */
  @Test
  void onlyTheOwnerReadsTheState() throws IOException {
    Set<PosixFilePermission> wide = PosixFilePermissions.fromString("rwxr-xr-x");
    Files.setPosixFilePermissions(folder, wide);
    Files.delete(folder.resolve("gateway.yaml"));
    try (Changes changes = open()) {
      reconcileAndServe(changes);
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files).hasSizeGreaterThan(1).allSatisfy(file -> hasMode(file, "rw-------"));
      }
      assertThat(Files.getPosixFilePermissions(folder)).isEqualTo(wide);
    }
    Path fresh = folder.resolve("fresh");
    Changes.open(fresh, ledger, published::add).close();
    hasMode(fresh, "rwx------");
  }

  private static void hasMode(Path file, String mode) throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo(mode);
  }

  @Test
  void aSecondGatewayOnTheSameStateIsRefused() throws IOException {
    try (Changes changes = open()) {
      reconcileAndServe(changes);
      assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("locked");
    }
  }

  @Test
  void whatADecisionThrowsReachesTheCallerAndChangesNothing() throws IOException {
    try (Changes changes = open()) {
      reconcileAndServe(changes);
      assertThatThrownBy(() ->
              changes.apply(_ -> {
                throw new IllegalStateException("no");
              }))
          .isInstanceOf(IllegalStateException.class);
      assertThat(changes.current().epoch()).isEqualTo(1);
    }
  }

  private Changes open() throws IOException {
    return Changes.open(folder, ledger, published::add);
  }

  private void reconcileAndServe(Changes changes) throws IOException {
    changes.apply(new Reconciliation(config, new Random(1)));
    changes.serve();
  }

  private static ModelState model(Changes changes) {
    return minilm(changes.current());
  }

  private static ModelState minilm(ControlState state) {
    return requireNonNull(state.model("minilm"));
  }

  private static String id(Record leaf) {
    return RecordId.fromBytes(leaf.getRecordId().toByteArray()).toString();
  }

  private static KeyState key() {
    return new KeyState(
        "k1",
        "a".repeat(64),
        "acme",
        "svc",
        "",
        List.of("minilm"),
        new KeyState.Origin(KeyState.STATE, 5, "alice"),
        0);
  }

  private static Decision traffic(Map<String, Integer> weights) {
    return state -> {
      Ranges ranges = minilm(state).traffic().ranges().change(weights);
      return List.of(
          change(
              "traffic.set",
              new Delta.PutTraffic("minilm", Traffic.decided(ranges, "alice", "ramp"))));
    };
  }

  private static Change change(String action, Delta delta) {
    return new Change(
        new Change.Actor("alice", "operator"),
        "ramp",
        action,
        "minilm",
        new Change.Shown("{}", "{}"),
        delta);
  }
}
