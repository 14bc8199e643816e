package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.RevokeKeyRequest;
import io.weighbridge.admin.v1.RevokeKeyResponse;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Style;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code key revoke}: ends a key. */
@Command(
    name = "revoke",
    description = "Revokes a key; calls with it are refused at once.",
    footer = "  weighbridge key revoke k3x9 --reason \"leaked in a log\"",
    exitCodeList = {
      ExitCode.DONE_LINE,
      ExitCode.NO_LINE,
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class KeyRevoke implements Callable<Integer> {
  @Parameters(paramLabel = "ID", description = "The key's id, the middle part of wb_<id>_<secret>.")
  private String id = "";

  @Mixin private final ChangeOptions change = new ChangeOptions();
  private final Console console;

  /** Writes to this console. */
  public KeyRevoke(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (AdminClient client = change.connect()) {
      RevokeKeyRequest request =
          RevokeKeyRequest.newBuilder().setId(id).setReason(change.reason()).build();
      RevokeKeyResponse answer = client.ask(() -> client.keys().revokeKey(request));
      console
          .out()
          .println(
              console.paint(Style.GREEN, "✓ revoked " + id) + ", record " + answer.getRecordId());
      return ExitCode.DONE;
    }
  }
}
