package io.weighbridge.cli;

import io.weighbridge.cli.terminal.Console;

/** Where the process starts. */
public final class WeighbridgeMain {
  private WeighbridgeMain() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] arguments) {
    int exitCode = CommandTree.of(Console.ofProcess()).execute(arguments);
    System.out.flush();
    System.exit(exitCode);
  }
}
