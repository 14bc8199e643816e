package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.ModelTraffic;
import io.weighbridge.admin.v1.SetTrafficRequest;
import io.weighbridge.admin.v1.SetTrafficResponse;
import io.weighbridge.admin.v1.ShowTrafficRequest;
import io.weighbridge.admin.v1.VersionTraffic;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Style;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code traffic set}: preview, confirm, apply, follow. */
@Command(
    name = "set",
    description = "Changes a model's split: shows what would move, asks, then applies it.",
    footer = {
      "  weighbridge traffic set minilm 1=90%% 2=10%% --reason \"canary, ticket 812\"",
      "  weighbridge traffic set minilm 1=100%% --reason rollback --yes --wait"
    },
    exitCodeList = {
      ExitCode.DONE_LINE,
      "1:refused, or you said no",
      "2:applied, but not seen in force within --wait-seconds",
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class TrafficSet implements Callable<Integer> {
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  private String model = "";

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "VERSION=PERCENT",
      description = "Shares; must add up to 100 %%. A version not named gets none.")
  private List<String> shares = List.of();

  @Option(names = "--yes", description = "Apply without asking.")
  private boolean yes;

  @Option(names = "--dry-run", description = "Only show what would move.")
  private boolean dryRun;

  @Option(names = "--wait", description = "Return once every version with weight is proved.")
  private boolean wait;

  @Option(
      names = "--wait-seconds",
      defaultValue = "60",
      description = "How long --wait waits; default: ${DEFAULT-VALUE}.")
  private int waitSeconds = 60;

  @Mixin private final ChangeOptions change = new ChangeOptions();
  private final Console console;

  /** Writes to this console. */
  public TrafficSet(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    SetTrafficRequest wanted =
        SetTrafficRequest.newBuilder()
            .setModel(model)
            .addAllWeights(Weights.parse(shares))
            .setReason(change.reason())
            .build();
    try (AdminClient client = change.connect()) {
      SetTrafficRequest dry = wanted.toBuilder().setDryRun(true).build();
      SetTrafficResponse preview = client.ask(() -> client.traffic().setTraffic(dry));
      printMoves(preview);
      if (dryRun) {
        console.err().println("dry run: nothing was changed");
        return ExitCode.DONE;
      }
      if (!yes && !confirmed()) {
        console.err().println("nothing was changed");
        return ExitCode.NO;
      }
      SetTrafficRequest change =
          wanted.toBuilder().setExpectedEpoch(preview.getBefore().getEpoch()).build();
      SetTrafficResponse applied = client.ask(() -> client.traffic().setTraffic(change));
      console
          .out()
          .println(
              console.paint(Style.GREEN, "✓ epoch " + applied.getAfter().getEpoch())
                  + ", record "
                  + applied.getRecordId());
      return wait ? follow(client, applied.getAfter().getEpoch()) : ExitCode.DONE;
    }
  }

  private boolean confirmed() {
    if (!console.interactive()) {
      throw new CliException(
          ExitCode.USAGE, "nobody can be asked", "this is not a terminal", "--yes, or --dry-run");
    }
    return console.confirm("apply?");
  }

  private void printMoves(SetTrafficResponse preview) {
    if (preview.getMovesList().isEmpty()) {
      console.out().println(model + ": nothing moves");
    }
    for (SetTrafficResponse.Move move : preview.getMovesList()) {
      String from = move.getFrom().isEmpty() ? "nothing" : move.getFrom();
      console
          .out()
          .println(
              model
                  + ": "
                  + console.paint(Style.BOLD, Quantity.percent(move.getPpm()))
                  + " moves "
                  + from
                  + " -> "
                  + move.getTo());
    }
  }

  private int follow(AdminClient client, long epoch) {
    Instant deadline = Instant.now().plus(Duration.ofSeconds(waitSeconds));
    ShowTrafficRequest request = ShowTrafficRequest.newBuilder().setModel(model).build();
    ModelTraffic seen;
    do {
      seen = client.ask(() -> client.traffic().showTraffic(request)).getModels(0);
      if (seen.getEpoch() >= epoch && seen.getVersionsList().stream().allMatch(this::served)) {
        TrafficView.print(console, seen, false, Instant.now());
        return ExitCode.DONE;
      }
      LockSupport.parkNanos(POLL_NS);
    } while (Instant.now().isBefore(deadline));
    TrafficView.print(console, seen, false, Instant.now());
    console.err().println("– not judged: not every version with weight is proved yet");
    return ExitCode.NOT_JUDGED;
  }

  private boolean served(VersionTraffic version) {
    return version.getWeightPpm() == 0
        || version.getHostsProved() > 0
        || version.getIntegrity().equals("none");
  }
}
