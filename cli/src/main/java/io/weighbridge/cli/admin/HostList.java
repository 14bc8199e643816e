package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.Host;
import io.weighbridge.admin.v1.ListHostsRequest;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.connect.AdminOptions;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.OutputFormat;
import io.weighbridge.cli.terminal.OutputOption;
import io.weighbridge.cli.terminal.Structured;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code host list}: every model host and what it proves. */
@Command(
    name = "list",
    description =
        "Lists the model hosts: state, age of the proof, models (! marks a wrong digest).",
    footer = {"  weighbridge host list -o wide", "  weighbridge host list -o jsonl | jq .state"},
    exitCodeList = {
      ExitCode.DONE_LINE,
      ExitCode.USAGE_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class HostList implements Callable<Integer> {
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final AdminOptions admin = new AdminOptions();
  private final Console console;

  /** Writes to this console. */
  public HostList(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<Host> hosts;
    try (AdminClient client = admin.connect()) {
      ListHostsRequest request = ListHostsRequest.getDefaultInstance();
      hosts = client.ask(() -> client.hosts().listHosts(request)).getHostsList();
    }
    OutputFormat format = output.format();
    if (format.forPeople()) {
      HostView.print(console, hosts, format == OutputFormat.WIDE, Instant.now());
    } else {
      Structured.print(
          console, format, HostView.SCHEMA, hosts.stream().map(HostView::structured).toList());
    }
    return ExitCode.DONE;
  }
}
