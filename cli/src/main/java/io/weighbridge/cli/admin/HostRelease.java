package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.Host;
import io.weighbridge.admin.v1.ReleaseHostRequest;
import io.weighbridge.admin.v1.ReleaseHostResponse;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Style;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code host release}: ends a quarantine. */
@Command(
    name = "release",
    description = "Ends a host's quarantine and has it prove itself at once; says what came of it.",
    footer = "  weighbridge host release host-b --reason \"model restored, ticket 815\"",
    exitCodeList = {
      ExitCode.DONE_LINE,
      "1:released, and quarantined again",
      "2:released, not judged yet",
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class HostRelease implements Callable<Integer> {
  @Parameters(paramLabel = "HOST", description = "The host's id.")
  private String id = "";

  @Mixin private final ChangeOptions change = new ChangeOptions();
  private final Console console;

  /** Writes to this console. */
  public HostRelease(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (AdminClient client = change.connect()) {
      ReleaseHostRequest request =
          ReleaseHostRequest.newBuilder().setId(id).setReason(change.reason()).build();
      ReleaseHostResponse answer = client.ask(() -> client.hosts().releaseHost(request));
      return tell(answer.getHost(), answer.getRecordId());
    }
  }

  private int tell(Host host, String recordId) {
    String released = " released " + id + ", now " + host.getState();
    String why = host.getReason().isEmpty() ? "" : " (" + Console.printable(host.getReason()) + ")";
    return switch (host.getState()) {
      case "proved", "unattested" ->
          say(Style.GREEN, "✓" + released, ", record " + recordId, ExitCode.DONE);
      case "quarantined" ->
          say(
              Style.RED,
              "✗" + released + " again",
              why + ", record " + recordId + "; release it once it has loaded the right bytes",
              ExitCode.NO);
      default ->
          say(
              Style.YELLOW,
              "–" + released,
              why + ", record " + recordId + "; not judged yet, see: weighbridge host list",
              ExitCode.NOT_JUDGED);
    };
  }

  private int say(Style style, String verdict, String rest, int exitCode) {
    console.out().println(console.paint(style, verdict) + rest);
    return exitCode;
  }
}
