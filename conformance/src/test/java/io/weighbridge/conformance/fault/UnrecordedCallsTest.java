package io.weighbridge.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.weighbridge.audit.v1.Gap;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.conformance.fault.TestCaller.Outcome;
import io.weighbridge.conformance.process.CallerKey;
import io.weighbridge.conformance.process.GatewayProcess;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.LedgerVerifier;
import io.weighbridge.ledger.read.Verdict;
import io.weighbridge.ledger.read.VerifyReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The switch {@code ledger: calls}, on and off, as operator and auditor see it. */
class UnrecordedCallsTest {
  private static final int CALLS = 20;
  private static final CallerKey KEY = new CallerKey("counted", "[\"*\"]");
  private static final String METRIC = "weighbridge_ledger_records_calls";
  private static final String WARNING = "calls leave no record, only their number";

  @TempDir private Path folder;

  /** Calls a gateway that says so of its calls; answers with what each heard of its record. */
  private List<Outcome> play(String calls, double records) throws Exception {
    List<Outcome> outcomes = new ArrayList<>();
    try (HostProcess host = new HostProcess(folder.resolve("host.log"))) {
      OneModel.write(
          folder, KEY, "ledger: {calls: " + calls + "}", OneModel.host("a", host.address()));
      try (GatewayProcess gateway = new GatewayProcess(folder);
          TestCaller caller = new TestCaller(gateway.predict(), KEY)) {
        for (int i = 0; i < CALLS; i++) {
          outcomes.add(caller.call(TestCaller.request("m", "id", StubHost.ANSWER_BYTES, 10)));
        }
        assertThat(gateway.metric(METRIC)).isEqualTo(records);
        assertThat(gateway.stop()).isZero();
      }
    }
    assertThat(outcomes).extracting(Outcome::status).containsOnly(Status.OK);
    return outcomes;
  }

  private List<Record> records(Kind kind) throws Exception {
    LedgerReader reader = LedgerReader.open(folder.resolve("ledger"));
    List<Record> records = new ArrayList<>();
    reader.forEach(
        0,
        reader.checkpoint().size(),
        leaf -> {
          if (leaf.record().getKind() == kind) {
            records.add(leaf.record());
          }
        });
    return records;
  }

  private VerifyReport verified() throws Exception {
    Path ledger = folder.resolve("ledger");
    return LedgerVerifier.verify(ledger, LedgerReader.ownKey(ledger), Map.of(), _ -> {});
  }

  @Test
  void everyCallLeavesARecord() throws Exception {
    assertThat(play("recorded", 1)).extracting(Outcome::recordId).doesNotContainNull();
    assertThat(records(Kind.KIND_PREDICTION)).hasSize(CALLS);
    assertThat(records(Kind.KIND_GAP)).isEmpty();
    assertThat(verified().completeness()).isEqualTo(Verdict.PROVED);
    assertThat(Files.readString(folder.resolve("gateway.log"))).doesNotContain(WARNING);
  }

  @Test
  void callsAreCountedOnlyAndTheLogSaysThatItIsNotWhole() throws Exception {
    assertThat(play("counted", 0)).extracting(Outcome::recordId).containsOnlyNulls();
    assertThat(records(Kind.KIND_PREDICTION)).isEmpty();
    List<Gap> gaps = records(Kind.KIND_GAP).stream().map(Record::getGap).toList();
    assertThat(gaps).extracting(Gap::getReason).containsOnly("not_recorded");
    assertThat(gaps.stream().mapToLong(Gap::getCount).sum()).isEqualTo(CALLS);
    assertThat(records(Kind.KIND_CHANGE)).isNotEmpty();
    assertThat(verified().integrity()).isEqualTo(Verdict.PROVED);
    assertThat(verified().completeness()).isEqualTo(Verdict.BROKEN);
    assertThat(Files.readString(folder.resolve("gateway.log"))).contains(WARNING);
  }
}
