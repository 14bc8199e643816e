package io.weighbridge.cli.audit;

import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Style;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.Receipt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code audit receipt}: a record's proof, good without the log. */
@Command(
    name = "receipt",
    description = {
      "Writes a record's receipt: its bytes, the proof that they are in the log, and the signed",
      "checkpoint. Whoever has the log's public key can check it offline."
    },
    footer = {
      "  weighbridge audit receipt 0192f3aa-5c1e-8001-8000-40000000002a --to answer.tlog-proof"
    },
    exitCodeList = {
      ExitCode.DONE_LINE,
      "2:there is no such record, or no checkpoint covers it yet",
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE
    })
public final class AuditReceipt implements Callable<Integer> {
  @Parameters(paramLabel = "RECORD", description = "A record's id.")
  private String record = "";

  @Option(
      names = "--to",
      paramLabel = "FILE",
      description = "The new file; default: RECORD.tlog-proof.")
  private @Nullable Path file;

  @Mixin private final LedgerOptions ledger = new LedgerOptions();
  private final Console console;

  /** Writes to this console. */
  public AuditReceipt(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    RecordId id = LedgerOptions.recordId(record);
    LedgerReader reader = ledger.reader(console);
    Path target = file == null ? Path.of(id + ".tlog-proof") : file;
    Receipt receipt;
    try {
      receipt =
          Receipt.of(reader, id, Receipt.WAIT)
              .orElseThrow(() -> LedgerOptions.notFound(id, ledger.directory()));
    } catch (IOException e) {
      throw LedgerOptions.unreadable(ledger.directory(), e);
    }
    try {
      Files.write(target, receipt.toBytes(), StandardOpenOption.CREATE_NEW);
    } catch (IOException e) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "cannot write " + target,
          Files.exists(target) ? "the file exists" : CliException.reason(e),
          "--to with a new file's name",
          e);
    }
    console.out().println(console.paint(Style.GREEN, "✓ " + target) + "  leaf " + receipt.index());
    return ExitCode.DONE;
  }
}
