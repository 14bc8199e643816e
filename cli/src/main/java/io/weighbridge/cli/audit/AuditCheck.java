package io.weighbridge.cli.audit;

import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.OutputOption;
import io.weighbridge.cli.terminal.Structured;
import io.weighbridge.ledger.read.ReceiptCheck;
import io.weighbridge.ledger.read.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code audit check}: judges a receipt offline. */
@Command(
    name = "check",
    description = {
      "Checks a receipt with the log's public key alone: the signature, that the record is in the",
      "log, and whether these are the very messages it speaks of."
    },
    footer = {
      "  weighbridge audit check answer.tlog-proof --key ledger.pub",
      "  weighbridge audit check answer.tlog-proof --key ledger.pub --request q.bin --response a.bin"
    },
    exitCodeList = {
      Verdicts.PROVED_LINE,
      Verdicts.BROKEN_LINE,
      "2:not judged: the record holds no digest of a message given",
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE
    })
public final class AuditCheck implements Callable<Integer> {
  private static final String SCHEMA = "weighbridge.receipt-check/v1";

  @Parameters(paramLabel = "RECEIPT", description = "The receipt's file.")
  private Path receipt = Path.of("");

  @Option(
      names = "--key",
      required = true,
      paramLabel = "FILE",
      description = "The log's public key, got from somewhere you trust.")
  private Path keyFile = Path.of("");

  @Option(
      names = "--request",
      paramLabel = "FILE",
      description = "The request message, serialised, without gRPC's 5-byte prefix.")
  private @Nullable Path request;

  @Option(
      names = "--response",
      paramLabel = "FILE",
      description = "The response message, in the same form.")
  private @Nullable Path response;

  @Mixin private final OutputOption output = new OutputOption();
  private final Console console;

  /** Writes to this console. */
  public AuditCheck(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ReceiptCheck check =
        ReceiptCheck.check(
            read(receipt),
            LedgerOptions.parse(keyFile),
            request == null ? null : read(request),
            response == null ? null : read(response));
    if (output.format().forPeople()) {
      print(check);
    } else {
      Structured.print(console, output.format(), SCHEMA, List.of(structured(check)));
    }
    return Verdicts.exitCode(check.verdict());
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CliException(
          ExitCode.BAD_INPUT, "cannot read " + file, CliException.reason(e), "", e);
    }
  }

  private void print(ReceiptCheck check) {
    for (ReceiptCheck.Step step : check.steps()) {
      Verdicts.print(console, step.name(), step.verdict(), step.detail());
    }
    check
        .leaf()
        .filter(leaf -> check.verdict() != Verdict.BROKEN)
        .ifPresent(leaf ->
            console
                .out()
                .println(
                    RecordLine.kind(leaf.record())
                        + " "
                        + leaf.id()
                        + ": "
                        + RecordLine.what(leaf.record())
                        + ", "
                        + RecordLine.who(leaf.record())));
  }

  private static Map<String, Object> structured(ReceiptCheck check) {
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("verdict", check.verdict().word());
    item.put(
        "steps",
        check.steps().stream()
            .map(step ->
                Map.of(
                    "name", step.name(),
                    "verdict", step.verdict().word(),
                    "detail", step.detail()))
            .toList());
    check.leaf().ifPresent(leaf -> item.put("record", leaf.view()));
    return item;
  }
}
