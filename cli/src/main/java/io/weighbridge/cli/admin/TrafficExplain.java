package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.ExplainTrafficRequest;
import io.weighbridge.admin.v1.ExplainTrafficResponse;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.connect.AdminOptions;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.OutputOption;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Structured;
import io.weighbridge.cli.terminal.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code traffic explain}: which version sticky keys get, and why. */
@Command(
    name = "explain",
    description = "Says which version each sticky key gets, and why.",
    footer = {
      "  weighbridge traffic explain minilm alice bob",
      "  weighbridge traffic explain minilm alice --epoch 3"
    },
    exitCodeList = {
      ExitCode.DONE_LINE,
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class TrafficExplain implements Callable<Integer> {
  private static final String SCHEMA = "weighbridge.traffic-decision/v1";

  @Parameters(index = "0", paramLabel = "MODEL", description = "The model.")
  private String model = "";

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "KEY", description = "Sticky keys.")
  private List<String> keys = List.of();

  @Option(names = "--epoch", defaultValue = "0", description = "As of this epoch; default: now.")
  private long epoch;

  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final AdminOptions admin = new AdminOptions();
  private final Console console;

  /** Writes to this console. */
  public TrafficExplain(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ExplainTrafficResponse answer;
    try (AdminClient client = admin.connect()) {
      ExplainTrafficRequest request =
          ExplainTrafficRequest.newBuilder()
              .setModel(model)
              .addAllKeys(keys)
              .setEpoch(epoch)
              .build();
      answer = client.ask(() -> client.traffic().explainTraffic(request));
    }
    if (!output.format().forPeople()) {
      Structured.print(console, output.format(), SCHEMA, structured(answer));
      return ExitCode.DONE;
    }
    Table table = new Table(console, List.of("KEY", "BUCKET", "VERSION", "WHY"));
    for (ExplainTrafficResponse.Decision decision : answer.getDecisionsList()) {
      table.row(
          decision.getKey(),
          Quantity.count(decision.getBucket()),
          decision.getVersion(),
          decision.getWhy());
    }
    table.print();
    console.out().println("epoch " + answer.getEpoch());
    return ExitCode.DONE;
  }

  private static List<Map<String, Object>> structured(ExplainTrafficResponse answer) {
    List<Map<String, Object>> items = new ArrayList<>();
    for (ExplainTrafficResponse.Decision decision : answer.getDecisionsList()) {
      Map<String, Object> item = new LinkedHashMap<>();
      item.put("key", decision.getKey());
      item.put("bucket", decision.getBucket());
      item.put("version", decision.getVersion());
      item.put("why", decision.getWhy());
      item.put("epoch", answer.getEpoch());
      items.add(item);
    }
    return items;
  }
}
