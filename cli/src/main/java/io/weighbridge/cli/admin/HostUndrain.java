package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.UndrainHostRequest;
import io.weighbridge.admin.v1.UndrainHostResponse;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Style;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code host undrain}: lets calls go to a host again. */
@Command(
    name = "undrain",
    description = "Lets calls go to a host again, as far as it proves what it serves.",
    footer = "  weighbridge host undrain host-b --reason \"new kernel runs, ticket 820\"",
    exitCodeList = {
      ExitCode.DONE_LINE,
      "1:refused",
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class HostUndrain implements Callable<Integer> {
  @Parameters(paramLabel = "HOST", description = "The host's id.")
  private String id = "";

  @Mixin private final ChangeOptions change = new ChangeOptions();
  private final Console console;

  /** Writes to this console. */
  public HostUndrain(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    UndrainHostRequest request =
        UndrainHostRequest.newBuilder().setId(id).setReason(change.reason()).build();
    try (AdminClient client = change.connect()) {
      UndrainHostResponse answer = client.ask(() -> client.hosts().undrainHost(request));
      console
          .out()
          .println(
              console.paint(Style.GREEN, "✓ " + id + " may get calls again")
                  + ", it is "
                  + answer.getHost().getState()
                  + ", record "
                  + answer.getRecordId());
      return ExitCode.DONE;
    }
  }
}
