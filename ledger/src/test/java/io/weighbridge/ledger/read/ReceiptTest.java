package io.weighbridge.ledger.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.note.NoteKey;
import io.weighbridge.ledger.write.LedgerFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReceiptTest {
  @TempDir private Path folder;
  private TestLedger ledger;

  @BeforeEach
  void make() throws IOException {
    ledger = new TestLedger(folder).run(600);
  }

  @Test
  void provesEveryRecordOffline() throws IOException {
    NoteKey key = ledger.key();
    LedgerReader reader = LedgerReader.open(ledger.directory);
    for (int i = 0; i < 600; i += 7) {
      byte[] receipt = Receipt.of(reader, ledger.ids.get(i), Duration.ZERO).orElseThrow().toBytes();

      ReceiptCheck check =
          ReceiptCheck.check(receipt, key, TestLedger.REQUEST, TestLedger.RESPONSE);

      assertThat(check.steps()).allMatch(s -> s.verdict() == Verdict.PROVED).hasSize(4);
      assertThat(check.leaf().orElseThrow().id()).isEqualTo(ledger.ids.get(i));
    }
  }

  @Test
  void hasTheFormOfTheSpecification() throws IOException {
    String text = new String(receipt(3), StandardCharsets.UTF_8);

    assertThat(text).startsWith("c2sp.org/tlog-proof@v1\nextra ");
    assertThat(text).contains("\nindex 4\n", "\n\nweighbridge/gw-test\n601\n");
  }

  @Test
  void everyFlippedBitBreaksIt() throws IOException {
    byte[] receipt = receipt(5);
    NoteKey key = ledger.key();
    for (int bit = 0; bit < receipt.length * 8; bit += 3) {
      byte[] flipped = receipt.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(ReceiptCheck.check(flipped, key, null, null).verdict())
          .as("bit %d", bit)
          .isEqualTo(Verdict.BROKEN);
    }
  }

  @Test
  void saysThatOtherBytesWereLogged() throws IOException {
    ReceiptCheck check =
        ReceiptCheck.check(
            receipt(5), ledger.key(), "another".getBytes(StandardCharsets.UTF_8), null);

    assertThat(check.verdict()).isEqualTo(Verdict.BROKEN);
    assertThat(check.steps().getLast().name()).isEqualTo("request");
  }

  @Test
  void refusesAnothersKey() throws IOException {
    NoteKey other = new TestLedger(folder.resolve("other")).run(1).key();

    assertThat(ReceiptCheck.check(receipt(5), other, null, null).verdict())
        .isEqualTo(Verdict.BROKEN);
  }

  @Test
  void waitsForTheCheckpointThatCoversTheRecord() throws Exception {
    try (Ledger open = LedgerFiles.open(ledger.config())) {
      RecordId id = open.appendDurably(TestLedger.change("key.create")).get().id();

      Receipt receipt =
          Receipt.of(LedgerReader.open(ledger.directory), id, Receipt.WAIT).orElseThrow();

      assertThat(ReceiptCheck.check(receipt.toBytes(), ledger.key(), null, null).verdict())
          .isEqualTo(Verdict.PROVED);
    }
  }

  @Test
  void isEmptyForAnUnknownId() throws IOException {
    LedgerReader reader = LedgerReader.open(ledger.directory);

    assertThat(Receipt.of(reader, new RecordId(1, 2), Duration.ofMillis(60))).isEmpty();
  }

  private byte[] receipt(int call) throws IOException {
    LedgerReader reader = LedgerReader.open(ledger.directory);
    return Receipt.of(reader, ledger.ids.get(call), Duration.ZERO).orElseThrow().toBytes();
  }
}
