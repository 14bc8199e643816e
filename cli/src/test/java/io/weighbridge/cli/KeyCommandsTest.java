package io.weighbridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.cli.terminal.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left when a command about keys does not get what it asked for, or not all of it. */
final class KeyCommandsTest {
  @TempDir Path folder;
  private FakeAdmin admin;
  private Path file;

  @BeforeEach
  void start() throws IOException {
    admin = new FakeAdmin(folder);
    file = folder.resolve("new.key");
  }

  @AfterEach
  void stop() {
    admin.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "unrecorded"})
  void aRefusedKeyLeavesNoFileInTheWayOfTheNext(String principal) {
    assertThat(create(principal).exitCode()).isNotZero();
    assertThat(file).doesNotExist();
    assertThat(create("search").exitCode()).isZero();
    assertThat(file).isNotEmptyFile();
  }

  @Test
  void aFileThatWasThereStaysAsItWas() throws IOException {
    Files.writeString(file, "mine");
    Shell.Result result = create("nobody");
    assertThat(result.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err()).contains("the file exists");
    assertThat(file).hasContent("mine");
  }

  @Test
  void aKeyThatCannotBeWrittenIsNamedSoThatItCanBeRevoked() {
    admin.whileCreating(() -> delete(file));
    Shell.Result result = create("search");
    assertThat(result.exitCode()).isEqualTo(ExitCode.UNWRITTEN);
    assertThat(result.err())
        .contains("key k1 is created, but cannot be written to " + file)
        .contains(FakeAdmin.RECORD)
        .contains("try: weighbridge key revoke k1 --reason");
    assertThat(file).doesNotExist();
  }

  @Test
  void aGatewayThatAnswersThatItCannotIsNotOneThatDoesNotAnswer() {
    Shell.Result result = create("unrecorded");
    assertThat(result.exitCode()).isEqualTo(ExitCode.TRY_LATER);
    assertThat(result.err())
        .contains("error: the gateway cannot do that now")
        .contains("why: audit_unavailable: the change is stored")
        .contains("look whether a change took effect")
        .doesNotContain("does not answer");
  }

  @ParameterizedTest
  @CsvSource({"key, list", "traffic, show"})
  void aListThatIsCutSaysSoWhateverItsForm(String noun, String verb) {
    assertThat(admin.run(noun, verb).err()).isEmpty();
    String whole = admin.run(noun, verb, "-o", "json").out();
    admin.leftOut(1234);
    for (String form : new String[] {"table", "json", "jsonl", "yaml"}) {
      Shell.Result cut = admin.run(noun, verb, "-o", form);
      assertThat(cut.exitCode()).isZero();
      assertThat(cut.err()).startsWith("and 1,234 ").contains("weighbridge ");
    }
    assertThat(admin.run(noun, verb, "-o", "json").out()).isEqualTo(whole);
  }

  private Shell.Result create(String principal) {
    return admin.run(
        "key",
        "create",
        "--principal",
        principal,
        "--model",
        "minilm",
        "--reason",
        "x",
        "--to",
        file.toString());
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
