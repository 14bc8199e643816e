package io.weighbridge.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class AdminCommandsTest {
  @TempDir Path folder;
  private FakeAdmin admin;

  @BeforeEach
  void start() throws IOException {
    admin = new FakeAdmin(folder);
  }

  @AfterEach
  void stop() {
    admin.close();
  }

  @Test
  void showsWantedAndRealShareAndProof() {
    Shell.Result result = admin.run("traffic", "show", "minilm");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .contains("VERSION  LABEL   WANTED    REAL(10k)  PROOF  p99    ERR")
        .contains("1        stable  100.00 %  99.98 %    ✓ 1/1  18 ms  0.00 %")
        .contains("2        canary  0.00 %    -          ✗ 0/1")
        .contains("epoch 1, set by alice")
        .contains("\"ramp\"");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void showsTheSameAsJsonLinesAndYaml() {
    JsonNode document =
        JsonMapper.shared().readTree(admin.run("traffic", "show", "-o", "json").out());
    assertThat(document.get("schema").asString()).isEqualTo("weighbridge.traffic/v1");
    assertThat(document.at("/items/0/versions/0/weightPpm").asInt()).isEqualTo(1_000_000);
    assertThat(document.at("/items/0/changedAt").asString()).isEqualTo("2027-01-15T08:00:00Z");

    JsonNode line = JsonMapper.shared().readTree(admin.run("traffic", "show", "-o", "jsonl").out());
    assertThat(line).isEqualTo(document.at("/items/0"));

    assertThat(admin.run("traffic", "show", "-o", "yaml").out())
        .startsWith("schema: weighbridge.traffic/v1\nitems:\n- model: minilm\n");
  }

  @Test
  void previewsThenAppliesOnTheEpochItPreviewed() {
    Shell.Result result =
        admin.run("traffic", "set", "minilm", "1=90%", "2=10%", "--reason", "canary", "--yes");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out())
        .contains("10.00 % moves 1 -> 2")
        .contains("epoch 2")
        .contains(FakeAdmin.RECORD);
    assertThat(admin.changes).hasSize(1);
    assertThat(admin.changes.getFirst().getExpectedEpoch()).isEqualTo(1);
    assertThat(admin.changes.getFirst().getWeights(1).getPpm()).isEqualTo(100_000);
  }

  @Test
  void changesNothingOnADryRun() {
    Shell.Result result =
        admin.run("traffic", "set", "minilm", "1=90%", "2=10%", "--reason", "x", "--dry-run");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("moves 1 -> 2");
    assertThat(admin.changes).isEmpty();
  }

  @Test
  void changesNothingWhenNobodyCanBeAsked() {
    Shell.Result result = admin.run("traffic", "set", "minilm", "1=100%", "--reason", "because");

    assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("nobody can be asked").contains("try: --yes");
    assertThat(admin.changes).isEmpty();
  }

  @Test
  void doesNotCallItServedWhileAVersionWithWeightIsUnproved() {
    String[] command = {
      "traffic",
      "set",
      "minilm",
      "1=90%",
      "2=10%",
      "--reason",
      "x",
      "--yes",
      "--wait",
      "--wait-seconds",
      "0"
    };
    Shell.Result result = admin.run(command);

    assertThat(result.exitCode()).isEqualTo(ExitCode.NOT_JUDGED);
    assertThat(result.err()).contains("– not judged");
  }

  @Test
  void waitsUntilEveryVersionWithWeightIsProved() {
    Shell.Result result =
        admin.run("traffic", "set", "minilm", "1=100%", "--reason", "x", "--yes", "--wait");

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains("✓ 1/1");
  }

  @Test
  void explainsKeysAndListsHistory() {
    assertThat(admin.run("traffic", "explain", "minilm", "bob").out())
        .contains("bob  42      1        split");
    assertThat(admin.run("traffic", "history", "minilm").out())
        .contains("1=100.00 %")
        .contains(FakeAdmin.RECORD);
  }

  @Test
  void listsHostsWithTheirState() {
    Shell.Result result = admin.run("host", "list", "-o", "wide");

    assertThat(result.out())
        .contains("✓ proved")
        .contains("✗ quarantined")
        .contains("minilm/1!")
        .contains("sha256:11111111..")
        .contains("host-a: digest_mismatch")
        .contains("12 ms")
        .contains("31.25 %")
        .contains("host-a: minilm/1 is resting (failing_more), since ")
        .contains("minilm/1! /p.Service! ")
        .contains("host-a: says that it holds 1,002 more, not configured");
    assertThat(admin.run("host", "list", "-o", "json").out())
        .contains("\"standing\"")
        .contains("\"failedPpm\"");
    Shell.Result released = admin.run("host", "release", "host-a", "--reason", "fixed");
    assertThat(released.exitCode()).isZero();
    assertThat(released.out()).contains("✓ released host-a, now proved").contains(FakeAdmin.RECORD);
  }

  @Test
  void anAddressThatIsNoneIsToldWithTheAdminPortsOwn() {
    Shell.Result result = Shell.run("host", "list", "--admin", "nope", "--key-file", "unread");
    assertThat(result.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("--admin HOST:PORT, such as 127.0.0.1:9001");
  }

  @Test
  void listsManyHosts() {
    admin.alike = 100_000;
    assertThat(admin.run("host", "list", "-o", "jsonl").out().lines()).hasSize(100_003);
  }

  @Test
  void drainsAHostAndWaitsUntilItIsIdle() {
    Shell.Result drained = admin.run("host", "drain", "host-d", "--reason", "new kernel");
    assertThat(drained.exitCode()).isZero();
    assertThat(drained.out())
        .contains("✓ host-d gets no new calls")
        .contains(FakeAdmin.RECORD)
        .contains("4 in flight");
    String[] waiting = {
      "host", "drain", "host-d", "--reason", "x", "--wait", "--wait-seconds", "0"
    };
    Shell.Result busy = admin.run(waiting);
    assertThat(busy.exitCode()).isEqualTo(ExitCode.NOT_JUDGED);
    assertThat(busy.err()).contains("4 still in flight");
    waiting[2] = "host-a";
    assertThat(admin.run(waiting)).returns(ExitCode.DONE, Shell.Result::exitCode);
    assertThat(admin.run(waiting).out()).contains("✓ host-a is idle");
    assertThat(admin.run("host", "list").out())
        .contains("host-d: drains since ")
        .contains("by alice: new kernel; 4 in flight");
    assertThat(admin.run("host", "list", "-o", "json").out()).contains("\"changedBy\"");
    assertThat(admin.run("host", "undrain", "host-d", "--reason", "x").out())
        .contains("✓ host-d may get calls again, it is proved");
  }

  @Test
  void theLastHostDrainsByForceOnly() {
    Shell.Result refused = admin.run("host", "drain", "host-only", "--reason", "x");
    assertThat(refused.exitCode()).isEqualTo(ExitCode.NO);
    assertThat(refused.err()).contains("nobody else serves minilm 1");
    assertThat(admin.run("host", "drain", "host-only", "--reason", "x", "--force").exitCode())
        .isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "quarantined, 1, ✗ released host-a, now quarantined again",
    "unreachable, 2, '– released host-a, now unreachable'",
    "connecting, 2, '– released host-a, now connecting'"
  })
  void aReleaseSaysWhatCameOfIt(String state, int exitCode, String said) {
    admin.released(state);
    Shell.Result released = admin.run("host", "release", "host-a", "--reason", "fixed");
    assertThat(released.exitCode()).isEqualTo(exitCode);
    assertThat(released.out()).contains(said);
  }

  @Test
  void writesANewKeyToAFileOnlyItsOwnerReads() throws IOException {
    Path file = folder.resolve("new.key");
    String[] command = {
      "key",
      "create",
      "--principal",
      "search",
      "--model",
      "minilm",
      "--reason",
      "x",
      "--to",
      file.toString()
    };
    Shell.Result result = admin.run(command);

    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).isEmpty();
    assertThat(file).hasContent("wb_k1_" + "s".repeat(43));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(admin.run(command).exitCode()).isEqualTo(ExitCode.BAD_INPUT);
  }

  @Test
  void listsAndRevokesKeys() {
    assertThat(admin.run("key", "list").out()).contains("k1").contains("search");
    assertThat(admin.run("key", "revoke", "k1", "--reason", "leak").out()).contains("revoked k1");
  }

  @Test
  void exitsByWhatWentWrong() throws IOException {
    assertThat(admin.run("traffic", "show", "nope").exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    String[] denied = {"key", "create", "--principal", "nobody", "--model", "m", "--reason", "x"};
    assertThat(admin.run(denied).exitCode()).isEqualTo(ExitCode.NOT_ALLOWED);

    Path wrong = Files.writeString(folder.resolve("w"), "wb_admin_" + "b".repeat(43));
    Shell.Result unknown =
        Shell.run("traffic", "show", "--admin", admin.address(), "--key-file", wrong.toString());
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.NOT_ALLOWED);
    assertThat(unknown.err())
        .contains("error: the gateway does not know this admin key")
        .contains("why: credentials_invalid")
        .contains("try: ")
        .doesNotContain("\tat ");
  }

  @Test
  void aListHasAtLeastOneItem() {
    assertThat(admin.run("traffic", "history", "minilm", "-n", "0").exitCode())
        .isEqualTo(ExitCode.USAGE);
    assertThat(admin.run("host", "list", "--timeout", "0").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  /** As of a predict port, of a web server's, and of a gateway that is older than the command. */
  @Test
  void saysSoWhenSomethingElseListens() throws Exception {
    Server other =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .build()
            .start();
    try (ServerSocket web = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Shell.Result result = at(other.getPort());
      assertThat(result.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(result.err()).contains("is no admin listener", "try: --admin ADDRESS");

      Thread answers = Thread.ofVirtual().start(() -> answerAsAWebServer(web));
      Shell.Result garbage = at(web.getLocalPort());
      assertThat(garbage.exitCode()).as(garbage.err()).isEqualTo(ExitCode.UNREACHABLE);
      answers.join();
    } finally {
      other.shutdownNow();
    }
  }

  private static void answerAsAWebServer(ServerSocket web) {
    try (Socket socket = web.accept()) {
      socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
      socket.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Shell.Result at(int port) {
    String key = folder.resolve("admin.key").toString();
    return Shell.run("host", "list", "--admin", "127.0.0.1:" + port, "--key-file", key);
  }

  @Test
  void saysSoWhenNothingListens() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Shell.Result result = at(port);
    assertThat(result.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(result.err()).contains("does not answer").contains("try: weighbridge gateway");
  }
}
