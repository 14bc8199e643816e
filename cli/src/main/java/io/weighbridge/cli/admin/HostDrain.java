package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.DrainHostRequest;
import io.weighbridge.admin.v1.DrainHostResponse;
import io.weighbridge.admin.v1.Host;
import io.weighbridge.admin.v1.ListHostsRequest;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Style;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code host drain}: keeps new calls away from a host. */
@Command(
    name = "drain",
    description =
        "Keeps new calls away from a host; those in flight go on. Undone by undrain only.",
    footer = "  weighbridge host drain host-b --reason \"new kernel, ticket 820\" --wait",
    exitCodeList = {
      ExitCode.DONE_LINE,
      "1:refused",
      "2:drains, but calls were still in flight after --wait-seconds",
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class HostDrain implements Callable<Integer> {
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);

  @Parameters(paramLabel = "HOST", description = "The host's id.")
  private String id = "";

  @Option(
      names = "--force",
      description = "Also when no other host serves what it serves; those calls are refused.")
  private boolean force;

  @Option(names = "--wait", description = "Return once no call is in flight there.")
  private boolean wait;

  @Option(
      names = "--wait-seconds",
      defaultValue = "60",
      description = "How long --wait waits; default: ${DEFAULT-VALUE}.")
  private int waitSeconds = 60;

  @Mixin private final ChangeOptions change = new ChangeOptions();
  private final Console console;

  /** Writes to this console. */
  public HostDrain(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    DrainHostRequest request =
        DrainHostRequest.newBuilder().setId(id).setReason(change.reason()).setForce(force).build();
    try (AdminClient client = change.connect()) {
      DrainHostResponse answer = client.ask(() -> client.hosts().drainHost(request));
      console
          .out()
          .println(
              console.paint(Style.GREEN, "✓ " + id + " gets no new calls")
                  + ", record "
                  + answer.getRecordId()
                  + "; "
                  + Quantity.count(answer.getHost().getInFlight())
                  + " in flight");
      return wait ? follow(client) : ExitCode.DONE;
    }
  }

  private int follow(AdminClient client) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
    long inFlight = inFlight(client);
    while (inFlight > 0 && System.nanoTime() - deadlineNs < 0) {
      LockSupport.parkNanos(POLL_NS);
      inFlight = inFlight(client);
    }
    if (inFlight == 0) {
      console.out().println(console.paint(Style.GREEN, "✓ " + id + " is idle"));
      return ExitCode.DONE;
    }
    console.err().println("– not judged: " + Quantity.count(inFlight) + " still in flight");
    return ExitCode.NOT_JUDGED;
  }

  private long inFlight(AdminClient client) {
    ListHostsRequest all = ListHostsRequest.getDefaultInstance();
    return client.ask(() -> client.hosts().listHosts(all)).getHostsList().stream()
        .filter(host -> host.getId().equals(id))
        .mapToLong(Host::getInFlight)
        .sum();
  }
}
