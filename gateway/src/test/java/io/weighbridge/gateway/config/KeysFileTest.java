package io.weighbridge.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeysFileTest {
  private static final String SHA256 = "0123456789abcdef".repeat(4);
  private static final String GOOD =
      "keys:\n- {id: demo, sha256: " + SHA256 + ", tenant: acme, principal: svc, models: [m, '*']}";

  @TempDir Path folder;

  @Test
  void readsEveryKey() throws Exception {
    assertThat(KeysFile.load(file(GOOD)).keys())
        .containsExactly(new KeysFile.Key("demo", SHA256, "acme", "svc", List.of("m", "*")));
    assertThat(KeysFile.load(file("keys: []")).keys()).isEmpty();
  }

  @Test
  void refusesBadValuesWithTheirLine() throws IOException {
    refuses(GOOD.replace("demo", "De_mo"), ":2: id: found \"De_mo\", allowed is [a-z0-9]{1,32}");
    refuses(GOOD.replace("[m, '*']", "[]"), ":2: models: found 0, allowed are 1 to 1000");
    refuses(GOOD.replace("tenant: acme, ", ""), ":2: tenant: missing in keys");
    refuses(GOOD + "\n" + GOOD.substring(6), ":2: keys: id \"demo\" stands here twice");
    refuses(GOOD.replace("keys:", "key:"), ":1: key: unknown in the file; did you mean keys?");
  }

  @Test
  void neverShowsWhatStandsWhereTheHashShould() throws IOException {
    Path file = file(GOOD.replace(SHA256, "a-secret"));
    assertThatThrownBy(() -> KeysFile.load(file))
        .hasMessageContaining(":2: sha256: found something else")
        .hasMessageNotContaining("a-secret");
  }

  @Test
  void refusesNestingAboveItsLimit() throws IOException {
    refuses("[".repeat(100_000), ":1: nested deeper than 32");
    refuses("# keys\n\n" + "[".repeat(33) + "]".repeat(33), ":3: nested deeper than 32");
    refuses(
        "[".repeat(32) + "]".repeat(32),
        ":1: the file: found a list, allowed is a section of keys");
  }

  private void refuses(String text, String problem) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> KeysFile.load(file)).hasMessage(file + problem);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("keys.yaml"), text);
  }
}
