package io.weighbridge.gateway.control.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.gateway.control.Configs;
import io.weighbridge.gateway.control.FakeLedger;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HostDrainTest {
  private static final Change.Actor ALICE = new Change.Actor("alice", "operator");

  @TempDir Path folder;

  private final FakeLedger ledger = new FakeLedger();
  private final List<ControlState> published = new CopyOnWriteArrayList<>();

  private Changes open() throws IOException {
    Changes changes = Changes.open(folder, ledger, published::add);
    changes.serve();
    return changes;
  }

  private static Change change(String action, String host, Delta delta) {
    return new Change(ALICE, "kernel", action, host, new Change.Shown("", ""), delta);
  }

  private static void drain(Changes changes, String host) throws IOException {
    HostDrain drain = HostDrain.decided("kernel", "alice");
    var _ =
        changes.apply(_ -> List.of(change("host.drain", host, new Delta.PutDrain(host, drain))));
  }

  @Test
  void isRecordedAndSurvivesAStart() throws IOException {
    HostDrain before;
    try (Changes changes = open()) {
      drain(changes, "a");
      assertThat(ledger.leaves(Kind.KIND_CHANGE).getLast().getChange())
          .extracting(each -> each.getAction() + " " + each.getSubject())
          .isEqualTo("host.drain a");
      assertThat(published.getLast().drains()).containsOnlyKeys("a");
      before = requireNonNull(changes.current().drains().get("a"));
      assertThat(before.sinceUnixNs()).isPositive();
      assertThat(changes.current().epoch()).as("of the route table").isZero();
    }
    try (Changes changes = open()) {
      assertThat(changes.current().drains()).containsOnlyKeys("a").containsValue(before);
      var _ = changes.apply(_ -> List.of(change("host.undrain", "a", new Delta.EndDrain("a"))));
      assertThat(changes.current().drains()).isEmpty();
    }
    try (Changes changes = open()) {
      assertThat(changes.current().drains()).isEmpty();
    }
  }

  @Test
  void outlivesAnotherDeclarationOfTheHostButNotItsEnd() throws IOException {
    try (Changes changes = open()) {
      drain(changes, "a");
      var _ = changes.apply(_ -> List.of(change("host.change", "a", new Delta.PutHost("a", "{}"))));
    }
    try (Changes changes = open()) {
      assertThat(changes.current().drains()).containsOnlyKeys("a");
      var _ = changes.apply(_ -> List.of(change("host.remove", "a", new Delta.RemoveHost("a"))));
      assertThat(changes.current().drains()).isEmpty();
    }
    try (Changes changes = open()) {
      assertThat(changes.current().drains()).isEmpty();
    }
  }

  /** A state as the release before drains wrote it. */
  @Test
  void aStateOfTheFirstFormatIsTakenOver() throws IOException, SQLException {
    try (InputStream dump = requireNonNull(getClass().getResourceAsStream("format-1.sql"));
        Connection old = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("state.db"));
        Statement statement = old.createStatement()) {
      statement.executeUpdate(new String(dump.readAllBytes(), UTF_8));
    }
    ControlState taken;
    try (Changes changes = open()) {
      taken = changes.current();
      assertThat(taken.epoch()).isEqualTo(2);
      assertThat(taken.hosts()).containsOnlyKeys("h0", "h1", "h2");
      assertThat(taken.keys()).containsKey("soak");
      assertThat(requireNonNull(taken.model("m")).traffic().reason()).isEqualTo("soak");
      assertThat(taken.drains()).isEmpty();
      drain(changes, "h1");
    }
    try (Changes changes = open()) {
      assertThat(changes.current().drains()).containsOnlyKeys("h1");
      assertThat(changes.current().models()).isEqualTo(taken.models());
    }
  }

  @Test
  void hostsTheConfigurationDropsDrainNoMore() throws IOException {
    try (Changes changes = open()) {
      var _ =
          changes.apply(_ -> List.of(change("host.declare", "a", new Delta.PutHost("a", "{}"))));
      drain(changes, "a");
      var _ =
          changes.apply(
              new Reconciliation(Configs.of(folder, Configs.TWO_VERSIONS), new Random(1)));
      assertThat(changes.current().hosts()).doesNotContainKey("a");
      assertThat(changes.current().drains()).isEmpty();
    }
  }
}
