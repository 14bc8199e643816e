package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.ListTrafficHistoryRequest;
import io.weighbridge.admin.v1.ListTrafficHistoryResponse.TrafficEpoch;
import io.weighbridge.admin.v1.Weight;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.connect.AdminOptions;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.LimitOption;
import io.weighbridge.cli.terminal.OutputOption;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Structured;
import io.weighbridge.cli.terminal.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code traffic history}: a model's splits, newest first. */
@Command(
    name = "history",
    description = "Lists a model's splits, newest first: who set them, when and why.",
    footer = {
      "  weighbridge traffic history minilm",
      "  weighbridge traffic history minilm -n 100"
    },
    exitCodeList = {
      ExitCode.DONE_LINE,
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class TrafficHistory implements Callable<Integer> {
  private static final String SCHEMA = "weighbridge.traffic-epoch/v1";

  @Parameters(paramLabel = "MODEL", description = "The model.")
  private String model = "";

  @Mixin private final LimitOption limit = new LimitOption();
  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final AdminOptions admin = new AdminOptions();
  private final Console console;

  /** Writes to this console. */
  public TrafficHistory(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<TrafficEpoch> epochs;
    try (AdminClient client = admin.connect()) {
      ListTrafficHistoryRequest request =
          ListTrafficHistoryRequest.newBuilder().setModel(model).setLimit(limit.value()).build();
      epochs = client.ask(() -> client.traffic().listTrafficHistory(request)).getEpochsList();
    }
    if (!output.format().forPeople()) {
      Structured.print(
          console,
          output.format(),
          SCHEMA,
          epochs.stream().map(TrafficHistory::structured).toList());
      return ExitCode.DONE;
    }
    Table table = new Table(console, List.of("EPOCH", "SPLIT", "WHEN", "WHO", "WHY", "RECORD"));
    for (TrafficEpoch epoch : epochs) {
      table.row(
          Long.toString(epoch.getEpoch()),
          split(epoch),
          Quantity.time(epoch.getChangedAt()),
          epoch.getChangedBy(),
          epoch.getReason(),
          epoch.getRecordId());
    }
    table.print();
    return ExitCode.DONE;
  }

  private static String split(TrafficEpoch epoch) {
    return epoch.getWeightsList().stream()
        .filter(weight -> weight.getPpm() > 0)
        .map(weight -> weight.getVersion() + "=" + Quantity.percent(weight.getPpm()))
        .collect(Collectors.joining(" "));
  }

  private static Map<String, Object> structured(TrafficEpoch epoch) {
    List<Map<String, Object>> weights = new ArrayList<>();
    for (Weight weight : epoch.getWeightsList()) {
      weights.add(Map.of("version", weight.getVersion(), "weightPpm", weight.getPpm()));
    }
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("epoch", epoch.getEpoch());
    item.put("weights", weights);
    item.put("changedAt", Quantity.time(epoch.getChangedAt()));
    item.put("changedBy", epoch.getChangedBy());
    item.put("reason", epoch.getReason());
    item.put("recordId", epoch.getRecordId());
    return item;
  }
}
