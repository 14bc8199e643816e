package io.weighbridge.cli;

import io.weighbridge.cli.terminal.Console;
import java.util.logging.LogManager;

/** Where the process starts. */
public final class WeighbridgeMain {
  private WeighbridgeMain() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    // Libraries log what the command says itself, in its own words and only when it matters.
    LogManager.getLogManager().reset();
    int exitCode = CommandTree.forArguments(Console.ofProcess(), arguments).execute(arguments);
    System.exit(exitCode);
  }
}
