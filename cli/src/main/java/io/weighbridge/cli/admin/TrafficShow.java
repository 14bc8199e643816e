package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.ModelTraffic;
import io.weighbridge.admin.v1.ShowTrafficRequest;
import io.weighbridge.admin.v1.ShowTrafficResponse;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.connect.AdminOptions;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.OutputFormat;
import io.weighbridge.cli.terminal.OutputOption;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Structured;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code traffic show}: wanted and real share, and proof, of each version. */
@Command(
    name = "show",
    description = "Shows each version's wanted and real share, its proof, and who changed it last.",
    footer = {"  weighbridge traffic show minilm", "  weighbridge traffic show -o json"},
    exitCodeList = {
      ExitCode.DONE_LINE,
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class TrafficShow implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      defaultValue = "",
      description = "A model; default: all.")
  private String model = "";

  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final AdminOptions admin = new AdminOptions();
  private final Console console;

  /** Writes to this console. */
  public TrafficShow(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ShowTrafficResponse answer;
    try (AdminClient client = admin.connect()) {
      ShowTrafficRequest request = ShowTrafficRequest.newBuilder().setModel(model).build();
      answer = client.ask(() -> client.traffic().showTraffic(request));
    }
    List<ModelTraffic> models = answer.getModelsList();
    OutputFormat format = output.format();
    if (format.forPeople()) {
      print(models, format == OutputFormat.WIDE);
    } else {
      Structured.print(
          console,
          format,
          TrafficView.SCHEMA,
          models.stream().map(TrafficView::structured).toList());
    }
    if (answer.getModelsLeftOut() > 0) {
      String more = Quantity.count(answer.getModelsLeftOut());
      console.err().println("and " + more + " more models: weighbridge traffic show MODEL");
    }
    return ExitCode.DONE;
  }

  private void print(List<ModelTraffic> models, boolean wide) {
    for (int i = 0; i < models.size(); i++) {
      if (i > 0) {
        console.out().println();
      }
      TrafficView.print(console, models.get(i), wide, Instant.now());
    }
  }
}
