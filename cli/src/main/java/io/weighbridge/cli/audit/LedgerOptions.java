package io.weighbridge.cli.audit;

import io.weighbridge.cli.connect.Context;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.note.NoteKey;
import io.weighbridge.ledger.read.LedgerReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options that say which ledger to read and whose signature to trust. Written by the parser, then
 * read by the command.
 */
final class LedgerOptions {
  @Option(
      names = "--ledger",
      paramLabel = "DIR",
      description =
          "The ledger's directory; default: .weighbridge in this folder or above, then ./ledger.")
  private @Nullable Path directory;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = {
        "The log's public key, got from somewhere you trust; default: .weighbridge, then the one",
        "in the ledger itself, which proves nothing about who wrote it."
      })
  private @Nullable Path keyFile;

  private Context context() {
    return Context.find(Path.of(""), System.getenv());
  }

  Path directory() {
    return Optional.ofNullable(directory)
        .or(() -> context().path(Context.Entry.LEDGER))
        .orElse(Path.of("ledger"));
  }

  /** The key to judge by; says so when it is only the ledger's own. */
  NoteKey key(Path ledger, Console console) {
    Optional<Path> file =
        Optional.ofNullable(keyFile).or(() -> context().path(Context.Entry.LEDGER_KEY));
    try {
      if (file.isPresent()) {
        return NoteKey.parse(Files.readString(file.get()));
      }
      NoteKey own = LedgerReader.ownKey(ledger);
      console
          .err()
          .println("using the key in the ledger itself; --key FILE judges by one you trust");
      return own;
    } catch (IOException | IllegalArgumentException e) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "cannot read the log's public key",
          String.valueOf(e.getMessage()),
          "--key FILE (the gateway writes ledger.pub beside its ledger), --ledger DIR",
          e);
    }
  }

  LedgerReader reader(Console console) {
    Path ledger = directory();
    NoteKey key = key(ledger, console);
    try {
      return LedgerReader.open(ledger, key);
    } catch (IOException e) {
      throw unreadable(ledger, e);
    }
  }

  static CliException unreadable(Path ledger, IOException e) {
    return new CliException(
        ExitCode.BAD_INPUT,
        "cannot read the ledger " + ledger,
        String.valueOf(e.getMessage()),
        "weighbridge audit verify --ledger " + ledger,
        e);
  }

  static RecordId recordId(String text) {
    try {
      return RecordId.parse(text);
    } catch (IllegalArgumentException e) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "this is no record id",
          "found \"" + text + "\"; an id is the trailer weighbridge-record-id, as UUID text",
          "weighbridge audit search",
          e);
    }
  }

  static CliException notFound(RecordId id, Path ledger) {
    return new CliException(
        ExitCode.NOT_JUDGED,
        "no record " + id,
        "all of " + ledger + " was looked through",
        "--ledger DIR of the gateway that answered; weighbridge audit search");
  }
}
