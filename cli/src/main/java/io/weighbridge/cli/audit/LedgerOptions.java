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
    Path ledger =
        Optional.ofNullable(directory)
            .or(() -> context().path(Context.Entry.LEDGER))
            .orElse(Path.of("ledger"));
    if (!Files.isDirectory(ledger)) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "there is no ledger " + ledger,
          "no such folder",
          "--ledger DIR, the folder ledger: directory of the gateway's configuration");
    }
    return ledger;
  }

  /** The key to judge by; says so when it is only the ledger's own. */
  NoteKey key(Path ledger, Console console) {
    Optional<Path> file =
        Optional.ofNullable(keyFile).or(() -> context().path(Context.Entry.LEDGER_KEY));
    if (file.isPresent()) {
      return parse(file.get());
    }
    try {
      NoteKey own = LedgerReader.ownKey(ledger);
      console
          .err()
          .println("using the key in the ledger itself; --key FILE judges by one you trust");
      return own;
    } catch (IOException | IllegalArgumentException e) {
      throw noKey("of the ledger itself", e);
    }
  }

  /** The key of a file. */
  static NoteKey parse(Path file) {
    try {
      return NoteKey.parse(Files.readString(file));
    } catch (IOException | IllegalArgumentException e) {
      throw noKey(file.toString(), e);
    }
  }

  // Never what was found instead: it may be a caller's key, which is a secret.
  private static CliException noKey(String where, Exception e) {
    return new CliException(
        ExitCode.BAD_INPUT,
        "cannot read the log's public key " + where,
        e instanceof IOException ? CliException.reason(e) : "it is not NAME+ID+KEY on one line",
        "--key FILE: the gateway writes ledger.pub into its ledger's folder",
        e);
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
        CliException.reason(e),
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
