package io.weighbridge.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weighbridge.cli.terminal.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ContextTest {
  @TempDir Path folder;

  @Test
  void isFoundInAFolderAbove() throws IOException {
    Context.write(
        folder.resolve(Context.FILE_NAME),
        Map.of(Context.Entry.ADMIN, "127.0.0.1:1234", Context.Entry.KEY, "caller.key"));
    Path below = Files.createDirectories(folder.resolve("a/b"));

    Context context = Context.find(below, Map.of());

    assertThat(context.value(Context.Entry.ADMIN)).contains("127.0.0.1:1234");
    assertThat(context.path(Context.Entry.KEY)).contains(folder.resolve("caller.key"));
    assertThat(context.value(Context.Entry.PREDICT)).isEmpty();
  }

  @Test
  void environmentNamesAnother() throws IOException {
    Path other = folder.resolve("other");
    Context.write(other, Map.of(Context.Entry.ADMIN, "127.0.0.1:1"));

    Context context = Context.find(folder, Map.of("WEIGHBRIDGE_CONTEXT", other.toString()));

    assertThat(context.value(Context.Entry.ADMIN)).contains("127.0.0.1:1");
    assertThatThrownBy(() -> Context.find(folder, Map.of("WEIGHBRIDGE_CONTEXT", "/no/such")))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("/no/such");
  }

  @Test
  void oneThatIsNoneSaysWhichFile() throws IOException {
    Path file = Files.writeString(folder.resolve(Context.FILE_NAME), "ca=\\u12");
    assertThatThrownBy(() -> Context.find(folder, Map.of()))
        .isInstanceOf(CliException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void aVariableSetToNothingIsNotSet() {
    assertThat(Context.variable(Map.of("A", "", "B", "b"), "A")).isEmpty();
    assertThat(Context.variable(Map.of("A", "", "B", "b"), "B")).contains("b");
    assertThat(Context.variable(Map.of(), "A")).isEmpty();
  }

  @Test
  void noRootAtAllIsPlainTextWhateverTheContextSays() throws IOException {
    Context.write(
        folder.resolve(Context.FILE_NAME),
        Map.of(Context.Entry.CA, "ca.pem", Context.Entry.SERVER_NAME, "gateway"));
    Context context = Context.find(folder, Map.of());
    Map<String, String> environment = Map.of("WEIGHBRIDGE_CA", "other.pem");
    assertThat(trust().trust(context, Map.of()).roots()).isEqualTo(folder.resolve("ca.pem"));
    assertThat(trust().trust(context, environment).roots()).isEqualTo(Path.of("other.pem"));
    assertThat(trust("--ca", "").trust(context, environment).roots()).isNull();
  }

  private static TrustOptions trust(String... words) {
    return CommandLine.populateCommand(new TrustOptions(), words);
  }

  @Test
  void credentialNeverShowsItsSecret() {
    String secret = "s".repeat(43);
    assertThat(new Credential("wb_k1_" + secret).toString()).isEqualTo("wb_k1_...");
  }

  @Test
  void refusesAFileThatHoldsNoKey() throws IOException {
    Path file = Files.writeString(folder.resolve("k"), "password");
    assertThatThrownBy(() -> Credential.read(file))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("holds no key")
        .hasMessageNotContaining("password");
  }
}
