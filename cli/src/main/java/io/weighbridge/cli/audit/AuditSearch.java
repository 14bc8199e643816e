package io.weighbridge.cli.audit;

import io.weighbridge.audit.v1.Record;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.LimitOption;
import io.weighbridge.cli.terminal.OutputFormat;
import io.weighbridge.cli.terminal.OutputOption;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Structured;
import io.weighbridge.cli.terminal.Table;
import io.weighbridge.ledger.read.Leaf;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.Query;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code audit search}: records that fit, newest first. */
@Command(
    name = "search",
    description = "Lists records that fit, newest first. Every record is looked at.",
    footer = {
      "  weighbridge audit search --model minilm --version 2 -n 5",
      "  weighbridge audit search --kind change --since 2h",
      "  weighbridge audit search --reason permission_denied -o jsonl"
    },
    exitCodeList = {
      ExitCode.DONE_LINE,
      "2:no record fits",
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE
    })
public final class AuditSearch implements Callable<Integer> {
  private static final String SCHEMA = "weighbridge.record/v1";
  private static final Pattern TRACE = Pattern.compile("([0-9a-fA-F]{32})?");
  private static final long NS_PER_S = 1_000_000_000L;

  @Option(names = "--tenant", defaultValue = "", description = "Of this tenant.")
  private String tenant = "";

  @Option(names = "--principal", defaultValue = "", description = "Of this service or person.")
  private String principal = "";

  @Option(names = "--model", defaultValue = "", description = "About this model.")
  private String model = "";

  @Option(names = "--version", defaultValue = "", description = "Served or asked for.")
  private String version = "";

  @Option(names = "--host", defaultValue = "", description = "Answered by this host.")
  private String host = "";

  @Option(names = "--trace", defaultValue = "", description = "With this trace id, 32 hex digits.")
  private String trace = "";

  @Option(
      names = "--kind",
      defaultValue = "",
      description = "prediction, refusal, attempt, change, attestation, integrity_alarm, boot, ...")
  private String kind = "";

  @Option(names = "--reason", defaultValue = "", description = "Refused or failed for this reason.")
  private String reason = "";

  @Option(names = "--status", description = "With this gRPC status code.")
  private @Nullable Integer status;

  @Option(
      names = "--since",
      defaultValue = "",
      paramLabel = "TIME",
      description = "Completed at or after: 90s, 20m, 2h, 1d ago, or RFC 3339.")
  private String since = "";

  @Option(
      names = "--until",
      defaultValue = "",
      paramLabel = "TIME",
      description = "Completed before.")
  private String until = "";

  @Mixin private final LimitOption limit = new LimitOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final LedgerOptions ledger = new LedgerOptions();
  private final Console console;

  /** Writes to this console. */
  public AuditSearch(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Query query = query(Instant.now());
    LedgerReader reader = ledger.reader(console);
    List<Leaf> found;
    try {
      found = reader.search(query, limit.value());
    } catch (IOException e) {
      throw LedgerOptions.unreadable(ledger.directory(), e);
    }
    OutputFormat format = output.format();
    if (format.forPeople()) {
      print(found, format == OutputFormat.WIDE);
    } else {
      Structured.print(console, format, SCHEMA, found.stream().map(Leaf::view).toList());
    }
    return found.isEmpty() ? ExitCode.NOT_JUDGED : ExitCode.DONE;
  }

  private Query query(Instant now) {
    if (!TRACE.matcher(trace).matches()) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "this is no trace id",
          "found \"" + trace + "\"; an id is 32 hex digits",
          "the second part of traceparent");
    }
    try {
      Query query =
          Query.ALL
              .withTenant(tenant)
              .withPrincipal(principal)
              .withModel(model)
              .withVersion(version)
              .withHost(host)
              .withTraceId(trace)
              .withKind(kind)
              .withReason(reason)
              .withTime(unixNs(since, now), unixNs(until, now));
      return status == null ? query : query.withStatus(status);
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "there is no such kind of record",
          "found \"" + kind + "\"",
          "prediction, refusal, attempt, change, applied, attestation, integrity_alarm, boot, seal",
          e);
    }
  }

  /** Unix nanoseconds of "2h" (ago) or RFC 3339; 0 for nothing. */
  static long unixNs(String text, Instant now) {
    if (text.isEmpty()) {
      return 0;
    }
    Instant at;
    try {
      at =
          text.matches("[0-9]{1,9}[smh]")
              ? now.minus(Duration.parse("PT" + text))
              : text.matches("[0-9]{1,6}d")
                  ? now.minus(Duration.parse("P" + text))
                  : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "this is no time",
          "found \"" + text + "\"",
          "20m, 2h, 1d, or 2026-01-31T12:00:00Z",
          e);
    }
    // Nothing was recorded before 1970 or after 2262, which is all that nanoseconds have room for.
    long seconds = Math.clamp(at.getEpochSecond(), 0, Long.MAX_VALUE / NS_PER_S - 1);
    return Math.max(1, seconds * NS_PER_S + at.getNano());
  }

  private void print(List<Leaf> found, boolean wide) {
    if (found.isEmpty()) {
      console.err().println("– no record fits");
      return;
    }
    List<String> headers = new ArrayList<>(List.of("TIME", "KIND", "WHAT", "WHO", "RECORD"));
    if (wide) {
      headers.addAll(List.of("LEAF", "REQUEST", "RESPONSE"));
    }
    Table table = new Table(console, headers);
    for (Leaf leaf : found) {
      Record record = leaf.record();
      List<String> row =
          new ArrayList<>(
              List.of(
                  Quantity.time(record.getCompletedAt()),
                  RecordLine.kind(record),
                  RecordLine.what(record),
                  RecordLine.who(record),
                  leaf.id().toString()));
      if (wide) {
        row.add(Quantity.count(leaf.index()));
        row.add(RecordLine.brief(record.getRequest().getSha256()));
        row.add(RecordLine.brief(record.getResponse().getSha256()));
      }
      table.row(row.toArray(String[]::new));
    }
    table.print();
  }
}
