package io.weighbridge.ledger.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Attestation.ProvedModel;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.write.LedgerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LedgerReaderTest {
  @TempDir private Path folder;
  private TestLedger ledger;

  @BeforeEach
  void make() {
    ledger = new TestLedger(folder);
  }

  @Test
  void findsEveryRecordByItsId() throws IOException {
    ledger.run(400).run(400);
    LedgerReader reader = LedgerReader.open(ledger.directory);

    for (RecordId id : ledger.ids) {
      assertThat(reader.find(id).orElseThrow().id()).isEqualTo(id);
    }
    assertThat(reader.find(new RecordId(ledger.ids.getFirst().high(), 1))).isEmpty();
  }

  @Test
  void findsAnIdWhoseTimeIsFarOff() throws IOException {
    CallRecord late = TestLedger.call(1);
    late.completedAtUnixNs -= 10_000_000_000_000L;
    try (Ledger open = LedgerFiles.open(ledger.config())) {
      Lane lane = open.lane(0);
      for (int i = 0; i < 100; i++) {
        ledger.append(lane, TestLedger.call(i));
      }
      ledger.append(lane, late);
    }

    assertThat(LedgerReader.open(ledger.directory).find(ledger.ids.getLast())).isPresent();
  }

  @Test
  void iteratesInOrder() throws IOException {
    ledger.run(600);
    List<Long> seen = new ArrayList<>();

    LedgerReader.open(ledger.directory).forEach(250, 520, leaf -> seen.add(leaf.index()));

    assertThat(seen).hasSize(270).isSorted().startsWith(250L).endsWith(519L);
  }

  @Test
  void searchesNewestFirst() throws IOException {
    ledger.run(600);
    LedgerReader reader = LedgerReader.open(ledger.directory);

    assertThat(reader.search(Query.ALL.withTenant("acme"), 1_000)).hasSize(300);
    assertThat(reader.search(Query.ALL.withVersion("1").withTenant("globex"), 1_000)).hasSize(100);
    assertThat(reader.search(Query.ALL.withStatus(14), 1_000)).hasSize(120);
    assertThat(reader.search(Query.ALL.withHost("host-b"), 1_000)).isEmpty();
    assertThat(reader.search(Query.ALL.withKind("boot"), 1_000)).hasSize(1);
    String trace = "00000000000000010000000000000007";
    assertThat(reader.search(Query.ALL.withTraceId(trace), 1_000)).hasSize(1);
    List<Leaf> five = reader.search(Query.ALL.withModel("minilm"), 5);
    assertThat(five.stream().mapToLong(Leaf::index)).containsExactly(600L, 599L, 598L, 597L, 596L);
    long middle = reader.leaf(300).record().getCompletedAt();
    assertThat(reader.search(Query.ALL.withTime(middle, 0), 1_000))
        .hasSizeGreaterThanOrEqualTo(300);
    assertThat(reader.search(Query.ALL.withTime(0, middle), 1_000)).hasSizeLessThanOrEqualTo(300);
    assertThatThrownBy(() -> Query.ALL.withKind("nonsense"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void showsWhatWaitsForACheckpoint() throws Exception {
    try (Ledger open = LedgerFiles.open(ledger.config())) {
      LedgerReader before = LedgerReader.open(ledger.directory);
      Ledger.Appended appended = open.appendDurably(TestLedger.change("traffic.set")).get();

      assertThat(before.find(appended.id()).orElseThrow().index()).isEqualTo(appended.leafIndex());
    }
  }

  @Test
  void joinsACallWithWhatItLinksTo() throws Exception {
    byte[] digest = new byte[32];
    digest[0] = (byte) 0xab;
    RecordId call;
    try (Ledger open = LedgerFiles.open(ledger.config())) {
      Record.Builder set = TestLedger.change("traffic.set");
      set.getChangeBuilder().setSubject("minilm").setEpoch(4).setAfter("{\"1\":900000}");
      long deployment = open.appendDurably(set).get().leafIndex();
      Record.Builder attestation = Record.newBuilder().setKind(Kind.KIND_ATTESTATION);
      attestation
          .getAttestationBuilder()
          .setHostId("host-a")
          .setAddress("127.0.0.1:9201")
          .addModels(
              ProvedModel.newBuilder()
                  .setName("minilm")
                  .setVersion("1")
                  .setHashPoint("while_loading")
                  .setDigest(ByteString.copyFrom(digest)));
      long proof = open.appendDurably(attestation).get().leafIndex();
      CallRecord record = TestLedger.call(0);
      record.routeEpoch = 5;
      record.attestationLeafPlusOne = proof + 1;
      record.deploymentLeafPlusOne = deployment + 1;
      ledger.append(open.lane(0), record);
      call = ledger.ids.getLast();
    }
    LedgerReader reader = LedgerReader.open(ledger.directory);

    Explanation explained = Explanation.of(reader, reader.find(call).orElseThrow());

    assertThat(explained.expectedDigest()).startsWith("sha256:ab00").hasSize(71);
    assertThat(explained.hostAddress()).isEqualTo("127.0.0.1:9201");
    assertThat(explained.hashPoint()).isEqualTo("while_loading");
    assertThat(explained.traffic().orElseThrow().record().getChange().getAfter())
        .contains("900000");
    assertThat(explained.boot().orElseThrow().record().getBoot().getVersion()).isEqualTo("0.1.0");
    assertThat(explained.view()).containsKey("explained");
  }

  @Test
  void viewsAreReadyForJson() throws IOException {
    ledger.run(1);
    Leaf leaf = LedgerReader.open(ledger.directory).find(ledger.ids.getFirst()).orElseThrow();

    Map<String, Object> view = leaf.view();

    assertThat(view)
        .containsEntry("kind", "prediction")
        .containsEntry("record_id", ledger.ids.getFirst().toString())
        .containsEntry("leaf_index", 1L);
    assertThat(String.valueOf(view.get("completed_at"))).matches("20\\d\\d-.*T.*Z");
    assertThat(String.valueOf(view.get("request"))).contains("sha256=");
  }

  @Test
  void idsSurviveTheirTextForm() {
    RecordId id = RecordId.of(1_760_000_000_123L, 4_097, 7, 12_345);

    assertThat(RecordId.parse(id.toString())).isEqualTo(id);
    assertThat(RecordId.fromBytes(id.toBytes())).isEqualTo(id);
    assertThat(id.unixMs()).isEqualTo(1_760_000_000_123L);
    assertThat(id.bootEpochLow()).isEqualTo(1);
    assertThat(id.lane()).isEqualTo(7);
    assertThat(id.sequence()).isEqualTo(12_345);
    for (String bad :
        List.of(
            "",
            "x",
            id.toString().toUpperCase(Locale.ROOT),
            id + "0",
            "00000000-0000-4000-8000-000000000000")) {
      assertThatThrownBy(() -> RecordId.parse(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
