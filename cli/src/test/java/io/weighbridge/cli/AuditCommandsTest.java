package io.weighbridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.write.LedgerFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class AuditCommandsTest {
  private static final byte[] REQUEST = "a request".getBytes(StandardCharsets.UTF_8);
  private static final byte[] RESPONSE = "its response".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private final List<RecordId> ids = new ArrayList<>();
  private Path directory = Path.of("");

  @BeforeEach
  void write() throws IOException {
    directory = folder.resolve("ledger");
    LedgerConfig config = LedgerConfig.of(directory, folder.resolve("state"), "gw-1", "test", 1);
    try (Ledger ledger = LedgerFiles.open(config)) {
      Lane lane = ledger.lane(0);
      for (int i = 0; i < 300; i++) {
        CallRecord call = call(i);
        assertThat(lane.append(call)).isTrue();
        ids.add(new RecordId(call.recordIdHigh, call.recordIdLow));
      }
    }
  }

  private static CallRecord call(int number) {
    CallRecord call = new CallRecord();
    call.clear();
    call.kind = 1;
    call.receivedAtUnixNs = 1_800_000_000_000_000_000L + number;
    call.completedAtUnixNs = call.receivedAtUnixNs + 1_000_000;
    call.durationNs = 1_000_000;
    call.tenant = bytes("acme");
    call.principal = bytes("search");
    call.model = bytes("minilm");
    call.versionServed = bytes(number % 3 == 0 ? "2" : "1");
    call.hostId = bytes("host-a");
    call.requestBytes = REQUEST.length;
    call.requestSha256 = sha256(REQUEST);
    call.responseBytes = RESPONSE.length;
    call.responseSha256 = sha256(RESPONSE);
    return call;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Shell.Result audit(String... words) {
    return Shell.run(
        Stream.concat(Stream.of("audit"), Stream.concat(Stream.of(words), connection()))
            .toArray(String[]::new));
  }

  private Stream<String> connection() {
    return Stream.of("--ledger", directory.toString(), "--key", key());
  }

  private String key() {
    return directory.resolve("ledger.pub").toString();
  }

  @Test
  void provesAnUntouchedLedger() {
    Shell.Result result = audit("verify");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .containsPattern("integrity +✓ proved")
        .containsPattern("completeness +✓ proved")
        .containsPattern("anchors +– not judged +no checkpoint kept elsewhere");
  }

  @Test
  void namesFileAndLeafOfAFlippedBit() throws IOException {
    Path bundle = directory.resolve("tile/entries/000");
    byte[] bytes = Files.readAllBytes(bundle);
    bytes[bytes.length / 2] ^= 4;
    Files.write(bundle, bytes);

    Shell.Result result = audit("verify");
    assertThat(result.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(result.out())
        .containsPattern("integrity +✗ broken")
        .containsPattern("altered +tile/entries/000 leaf [0-9]+");

    JsonNode report = JsonMapper.shared().readTree(audit("verify", "-o", "json").out());
    assertThat(report.at("/items/0/verdict").asString()).isEqualTo("broken");
    assertThat(report.at("/items/0/findings/0/file").asString()).isEqualTo("tile/entries/000");
  }

  @Test
  void doesNotCallAnEmptyFolderProved() throws IOException {
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Shell.Result result =
        Shell.run("audit", "verify", "--ledger", empty.toString(), "--key", key());

    assertThat(result.exitCode()).isIn(ExitCode.NO, ExitCode.NOT_JUDGED);
    assertThat(Shell.run("audit", "verify", "--ledger", empty.toString()).exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void findsALogCutBackBehindItsAnchor() throws IOException {
    Path anchor = Files.copy(directory.resolve("checkpoint"), folder.resolve("anchor"));
    assertThat(audit("verify", "--anchor", anchor.toString()).out())
        .containsPattern("anchors +✓ proved");

    Path other = folder.resolve("other");
    LedgerConfig config = LedgerConfig.of(other, folder.resolve("state2"), "gw-1", "test", 1);
    try (Ledger ledger = LedgerFiles.open(config)) {
      assertThat(ledger.lane(0).append(call(0))).isTrue();
    }
    Shell.Result result =
        Shell.run(
            "audit",
            "verify",
            "--ledger",
            other.toString(),
            "--key",
            other.resolve("ledger.pub").toString(),
            "--anchor",
            anchor.toString());
    assertThat(result.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(result.out()).containsPattern("anchors +✗ broken");
  }

  @Test
  void searchesAndSaysWhenNothingFits() {
    Shell.Result two = audit("search", "--version", "2", "-n", "3");
    assertThat(two.exitCode()).isZero();
    assertThat(two.out().lines()).hasSize(4);
    assertThat(two.out()).contains("minilm/2 on host-a OK 1 ms").contains("acme/search");

    assertThat(audit("search", "--tenant", "nobody").exitCode()).isEqualTo(ExitCode.NOT_JUDGED);
    assertThat(audit("search", "--kind", "nonsense").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(audit("search", "--since", "soon").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(
            audit("search", "--until", "2027-01-15T07:00:00Z", "--kind", "prediction").exitCode())
        .isEqualTo(ExitCode.NOT_JUDGED);
    assertThat(audit("search", "-n", "2", "-o", "jsonl").out().lines()).hasSize(2);
  }

  @Test
  void showsOneRecord() {
    String id = ids.get(7).toString();
    assertThat(audit("show", id).out())
        .contains("prediction " + id)
        .contains("version_served: 1")
        .contains("host_id: host-a");
    assertThat(audit("show", new RecordId(1, 1).toString()).exitCode())
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(audit("show", ids.get(7).toString().replace('0', '1')).exitCode())
        .isNotEqualTo(ExitCode.DONE);
  }

  @Test
  void receiptIsGoodForTheVeryMessagesOnly() throws IOException {
    Path receipt = folder.resolve("answer.tlog-proof");
    assertThat(audit("receipt", ids.get(3).toString(), "--to", receipt.toString()).exitCode())
        .isZero();
    Path request = Files.write(folder.resolve("q"), REQUEST);
    Path response = Files.write(folder.resolve("a"), RESPONSE);
    String[] check = {
      "audit",
      "check",
      receipt.toString(),
      "--key",
      key(),
      "--request",
      request.toString(),
      "--response",
      response.toString()
    };

    Shell.Result good = Shell.run(check);
    assertThat(good.exitCode()).isZero();
    assertThat(good.out())
        .containsPattern("inclusion +✓ proved")
        .contains("prediction " + ids.get(3));

    Files.writeString(response, "another response");
    Shell.Result bad = Shell.run(check);
    assertThat(bad.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(bad.out()).containsPattern("response +✗ broken");
  }

  @Test
  void timesBeforeAndBehindAllRecordsAreTimes() {
    for (String since : List.of("999999d", "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z")) {
      assertThat(audit("search", "--since", since).exitCode()).as(since).isZero();
      assertThat(audit("search", "--until", since).exitCode())
          .as(since)
          .isEqualTo(ExitCode.NOT_JUDGED);
    }
    assertThat(audit("search", "--until", "9999-12-31T00:00:00Z").exitCode()).isZero();
    assertThat(audit("search", "--since", "9999-12-31T00:00:00Z").exitCode())
        .isEqualTo(ExitCode.NOT_JUDGED);
  }

  @Test
  void refusesWhatCanFitNoRecord() {
    for (String limit : List.of("0", "-5")) {
      assertThat(audit("search", "--limit=" + limit).exitCode()).isEqualTo(ExitCode.USAGE);
    }
    assertThat(audit("search", "--trace", "xyz").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(audit("search", "--trace", "A".repeat(32)).exitCode())
        .isEqualTo(ExitCode.NOT_JUDGED);
  }

  @Test
  void aFolderThatIsNotThereIsNoBrokenLedger() {
    for (String command : List.of("verify", "search")) {
      Shell.Result result =
          Shell.run("audit", command, "--ledger", folder.resolve("lodger").toString());
      assertThat(result.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(result.err()).contains("there is no ledger", "lodger", "no such folder");
    }
  }

  @Test
  void aKeyThatIsNoneIsNotShown() throws IOException {
    String secret = "wb_k1_" + "s".repeat(43);
    String file = Files.writeString(folder.resolve("caller.key"), secret).toString();
    for (Shell.Result result :
        List.of(
            Shell.run("audit", "verify", "--ledger", directory.toString(), "--key", file),
            Shell.run("audit", "check", file, "--key", file))) {
      assertThat(result.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(result.err()).contains(file, "it is not NAME+ID+KEY").doesNotContain("ssss");
    }
    assertThat(Shell.run("audit", "check", file, "--key", file + ".no").err())
        .contains("there is no such file");
  }
}
