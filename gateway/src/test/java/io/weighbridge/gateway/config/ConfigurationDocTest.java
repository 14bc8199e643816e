package io.weighbridge.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The reference must name every key, and every limit with its default and range. */
final class ConfigurationDocTest {
  private final Path doc = Path.of("..", "docs", "configuration.md");

  @Test
  void hasARowForEveryLimit() throws IOException {
    List<String> rows = Files.readAllLines(doc).stream().map(ConfigurationDocTest::start).toList();
    for (Limit limit : Limit.values()) {
      assertThat(rows)
          .contains(
              "| `"
                  + limit.key()
                  + "` | "
                  + limit.defaultText()
                  + " | "
                  + limit.rangeText()
                  + " |");
    }
  }

  private static String start(String row) {
    return row.startsWith("| `") ? row.replaceFirst("(\\|[^|]*\\|[^|]*\\|[^|]*\\|).*", "$1") : row;
  }

  /** What a file may hold is what the reader asks for, so the reader is asked. */
  @Test
  void namesEveryKeyTheReaderKnows() throws IOException {
    String text = Files.readString(doc);
    for (String key : KnownKeys.of(GatewayConfigReader.class, ModelReader.class, KeysFile.class)) {
      assertThat(text).containsPattern("(?m)[`{. ]" + key + "([`:]|$)");
    }
  }

  /** Keys as the sources ask for them: every literal argument of a Section method. */
  private static final class KnownKeys {
    private static final Pattern ASKED =
        Pattern.compile(
            "(?:ection|root)\\s*\\.(?:text|value|oneOf|flag|section|list|texts|map|has)\\(\\s*\"([a-z0-9-]+)\"");

    static Set<String> of(Class<?>... readers) throws IOException {
      Set<String> keys = new TreeSet<>();
      for (Class<?> reader : readers) {
        Path source = Path.of("src/main/java", reader.getName().replace('.', '/') + ".java");
        ASKED.matcher(Files.readString(source)).results().forEach(hit -> keys.add(hit.group(1)));
      }
      assertThat(keys).contains("id", "split", "sha256", "insecure").hasSizeGreaterThan(20);
      return keys;
    }
  }
}
