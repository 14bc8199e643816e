package io.weighbridge.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.weighbridge.gateway.call.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds docs/errors.md to the closed list of refusals. */
class ErrorsDocTest {
  private static final Path PAGE = Path.of("..", "docs", "errors.md");

  @Test
  void everyRefusalHasItsRowWithCodeAndRetry() throws IOException {
    List<String> expected = Stream.of(Refusal.values()).map(ErrorsDocTest::firstCells).toList();

    assertThat(rows().stream().map(ErrorsDocTest::firstCells).toList())
        .containsExactlyElementsOf(expected);
  }

  @Test
  void everyRowSaysWhoFixesItAndHow() throws IOException {
    for (List<String> row : rows()) {
      assertThat(row)
          .as(row.getFirst())
          .hasSize(5)
          .allSatisfy(cell -> assertThat(cell).isNotBlank());
    }
  }

  private static String firstCells(Refusal refusal) {
    Status.Code code = Status.fromCodeValue(refusal.grpcCode()).getCode();
    return "<a id=\"%s\"></a>`%s` | %d %s | %s"
        .formatted(
            refusal.reason(),
            refusal.reason(),
            refusal.grpcCode(),
            code,
            refusal.retryable() ? "yes" : "no");
  }

  private static String firstCells(List<String> row) {
    return String.join(" | ", row.subList(0, 3));
  }

  /** Cells of each row of the table. */
  private static List<List<String>> rows() throws IOException {
    List<List<String>> rows = new ArrayList<>();
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("| <a id=")) {
        String inner = line.substring(1, line.lastIndexOf('|'));
        rows.add(Arrays.stream(inner.split("\\|", -1)).map(String::strip).toList());
      }
    }
    return rows;
  }
}
