package io.weighbridge.cli.demo;

import io.weighbridge.cli.connect.Context;
import io.weighbridge.cli.connect.Context.Entry;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A demo that was left running: found again by the context file it wrote where it was typed. */
final class KeptDemo {
  private KeptDemo() {}

  /**
   * Whether a context can be written here, before the story is told: a second one would take the
   * first one's away.
   */
  static void requireRoom(Path folder) {
    Path file = folder.resolve(Context.FILE_NAME).toAbsolutePath();
    try {
      Files.delete(Files.createFile(file));
    } catch (FileAlreadyExistsException e) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "there is a context here already",
          "found " + file,
          "weighbridge demo --stop, or type demo --keep in another folder",
          e);
    } catch (IOException e) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "a demo that is kept leaves " + Context.FILE_NAME + " here, which cannot be written",
          CliException.reason(e),
          "type demo --keep in a folder of yours",
          e);
    }
  }

  /** Writes the context: from now on commands typed here reach this demo. */
  static void write(Stage stage, Path folder, Path callerKey) throws IOException {
    Context.write(
        Path.of(Context.FILE_NAME).toAbsolutePath(),
        Map.of(
            Entry.DEMO, folder.toString(),
            Entry.ADMIN, stage.address("admin").toString(),
            Entry.ADMIN_KEY, stage.adminKey().toString(),
            Entry.PREDICT, stage.address("predict").toString(),
            Entry.KEY, callerKey.toString(),
            Entry.LEDGER, stage.ledger().toString(),
            Entry.LEDGER_KEY, stage.ledgerKey().toString()));
  }

  /** The folder of the demo that a context here or above speaks of. */
  static Optional<Path> find() {
    return Context.find(Path.of(""), System.getenv()).path(Entry.DEMO);
  }

  /** Ends it and removes its folder and context. */
  static void clear(Path folder) throws IOException {
    Workspace workspace = Workspace.at(folder);
    Optional<Path> context = Context.find(Path.of(""), System.getenv()).file();
    if (Files.exists(folder, LinkOption.NOFOLLOW_LINKS) && !workspace.isOurs()) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "the context here names no demo of yours",
          "found " + folder + " in " + context.map(Path::toString).orElse("the context"),
          "remove that file if nobody else needs it");
    }
    workspace.clear();
    if (context.isPresent()) {
      Files.deleteIfExists(context.get());
    }
  }
}
