package io.weighbridge.cli.admin;

import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.connect.AdminOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Options of a command that changes something: why, and at which gateway with which key. Written by
 * the parser, then read by the command.
 */
final class ChangeOptions {
  @Option(
      names = "--reason",
      required = true,
      description = "Why, for those who read the log later.")
  private String reason = "";

  @Mixin private final AdminOptions admin = new AdminOptions();

  /** What the record of the change says. */
  String reason() {
    return reason;
  }

  /** Connects; nothing is sent yet. */
  AdminClient connect() {
    return admin.connect();
  }
}
