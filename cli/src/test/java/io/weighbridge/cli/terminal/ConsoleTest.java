package io.weighbridge.cli.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConsoleTest {

  @Test
  void paintsOnTerminalsOnly() {
    assertThat(Console.wantsColour(true, Map.of("TERM", "xterm"))).isTrue();
    assertThat(Console.wantsColour(false, Map.of("TERM", "xterm"))).isFalse();
    assertThat(Console.wantsColour(true, Map.of("TERM", "dumb"))).isFalse();
    assertThat(Console.wantsColour(true, Map.of("NO_COLOR", "1", "CLICOLOR_FORCE", "1"))).isFalse();
    assertThat(Console.wantsColour(false, Map.of("CLICOLOR_FORCE", "1"))).isTrue();
  }

  @Test
  void whatOthersWroteNeitherSteersTheTerminalNorForgesRows() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, UTF_8);
    Table table = new Table(new Console(stream, stream, false, false), List.of("MODELS"));
    table.row("modèle\u001b[2J\nhost-b proved\u202e\u2028");
    table.print();
    assertThat(out.toString(UTF_8)).isEqualTo("MODELS\nmodèle?[2J?host-b proved??\n");
  }

  @Test
  void putsNumbersAsPeopleReadThem() {
    assertThat(Quantity.percent(949_800)).isEqualTo("94.98 %");
    assertThat(Quantity.duration(0)).isEqualTo("-");
    assertThat(Quantity.duration(999_999)).isEqualTo("999 us");
    assertThat(Quantity.duration(18_400_000)).isEqualTo("18 ms");
    assertThat(Quantity.duration(1_250_000_000L)).isEqualTo("1.25 s");
    assertThat(Quantity.duration(7_200_000_000_000L)).isEqualTo("2 h");
    assertThat(Quantity.ago(1_000_000_000L, Instant.ofEpochSecond(7_201))).isEqualTo("2 h ago");
    assertThat(Quantity.time(1_800_000_000_000_000_000L)).isEqualTo("2027-01-15T08:00:00Z");
  }
}
