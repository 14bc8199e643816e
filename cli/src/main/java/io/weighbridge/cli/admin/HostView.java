package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.Host;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Style;
import io.weighbridge.cli.terminal.Table;
import io.weighbridge.cli.terminal.Table.Cell;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** How model hosts are shown. */
final class HostView {
  /** Name and version of the structured form. */
  static final String SCHEMA = "weighbridge.host/v1";

  private HostView() {}

  /** One line a host. */
  static void print(Console console, List<Host> hosts, boolean wide, Instant now) {
    List<String> headers = new ArrayList<>();
    headers.addAll(List.of("HOST", "ADDRESS", "STATE", "SINCE", "PROOF AGE", "MODELS"));
    if (wide) {
      headers.addAll(List.of("IN FLIGHT", "LATENCY", "FAILED", "BINDING", "DIGESTS"));
    }
    Table table = new Table(console, headers);
    for (Host host : hosts) {
      List<Cell> cells = new ArrayList<>();
      cells.add(new Cell(host.getId(), Style.BOLD));
      cells.add(Cell.of(host.getAddress()));
      cells.add(state(host));
      cells.add(Cell.of(Quantity.ago(host.getSince(), now)));
      cells.add(Cell.of(Quantity.duration(host.getProofAgeNs())));
      cells.add(Cell.of(models(host)));
      if (wide) {
        cells.add(Cell.of(Quantity.count(host.getInFlight())));
        cells.add(Cell.of(byModel(host, HostView::latency)));
        cells.add(Cell.of(byModel(host, HostView::failed)));
        cells.add(Cell.of(host.getBinding()));
        cells.add(Cell.of(digests(host)));
      }
      table.row(cells.toArray(Cell[]::new));
    }
    table.print();
    for (Host host : hosts) {
      if (!host.getReason().isEmpty()) {
        line(console, host.getId() + ": " + host.getReason());
      }
      if (host.getHealthCheck().equals("unimplemented")) {
        line(console, host.getId() + ": does not answer its health-check; calls decide");
      }
      if (host.hasDrain()) {
        printDrain(console, host, now);
      }
      if (host.getModelsLeftOut() > 0) {
        String count = Quantity.count(host.getModelsLeftOut());
        line(console, host.getId() + ": says that it holds " + count + " more, not configured");
      }
      host.getModelsList().forEach(model -> printStanding(console, host, model, now));
    }
  }

  private static void line(Console console, String text) {
    console.out().println(Console.printable(text));
  }

  private static Cell state(Host host) {
    return switch (host.getState()) {
      case "proved" -> new Cell("✓ proved", Style.GREEN);
      case "quarantined" -> new Cell("✗ quarantined", Style.BOLD_RED);
      case "unreachable", "expired" -> new Cell("✗ " + host.getState(), Style.RED);
      case "unattested" -> new Cell("– unattested", Style.DIM);
      default -> new Cell("! " + host.getState(), Style.YELLOW);
    };
  }

  private static String models(Host host) {
    return byModel(host, model -> name(model) + (model.getExpected() ? "" : "!"));
  }

  private static String byModel(Host host, Function<Host.HostModel, String> shown) {
    return host.getModelsList().stream().map(shown).collect(Collectors.joining(" "));
  }

  private static String name(Host.HostModel model) {
    // A service of `routes` has none.
    return model.getVersion().isEmpty()
        ? model.getName()
        : model.getName() + "/" + model.getVersion();
  }

  private static String latency(Host.HostModel model) {
    return Quantity.duration(model.getLatencyNs());
  }

  private static String failed(Host.HostModel model) {
    return model.getStanding().isEmpty() ? "-" : Quantity.percent(model.getFailedPpm());
  }

  private static void printDrain(Console console, Host host, Instant now) {
    Host.Drain drain = host.getDrain();
    line(
        console,
        "%s: drains since %s, by %s: %s; %s in flight"
            .formatted(
                host.getId(),
                Quantity.ago(drain.getSince(), now),
                drain.getChangedBy(),
                drain.getReason(),
                Quantity.count(host.getInFlight())));
  }

  /** Says of a version on a host that calls keep away from it, or kept away. */
  private static void printStanding(Console console, Host host, Host.HostModel model, Instant now) {
    if (model.getStandingReason().isEmpty()) {
      return;
    }
    line(
        console,
        "%s: %s is %s (%s), since %s"
            .formatted(
                host.getId(),
                name(model),
                model.getStanding(),
                model.getStandingReason(),
                Quantity.ago(model.getStandingSince(), now)));
  }

  private static String digests(Host host) {
    return byModel(host, model -> Quantity.shortDigest(model.getDigest()));
  }

  /** The same for programs. */
  static Map<String, Object> structured(Host host) {
    List<Map<String, Object>> models = new ArrayList<>();
    for (Host.HostModel model : host.getModelsList()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", model.getName());
      entry.put("version", model.getVersion());
      entry.put("digest", model.getDigest());
      entry.put("expected", model.getExpected());
      entry.put("loadGeneration", model.getLoadGeneration());
      entry.put("hashPoint", model.getHashPoint());
      if (!model.getStanding().isEmpty()) {
        entry.put("standing", model.getStanding());
        entry.put("standingReason", model.getStandingReason());
        entry.put("standingSince", Quantity.time(model.getStandingSince()));
        entry.put("inFlight", model.getInFlight());
        entry.put("latencyNs", model.getLatencyNs());
        entry.put("failedPpm", model.getFailedPpm());
      }
      models.add(entry);
    }
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("id", host.getId());
    item.put("address", host.getAddress());
    item.put("state", host.getState());
    item.put("reason", host.getReason());
    item.put("since", Quantity.time(host.getSince()));
    item.put("proofAgeNs", host.getProofAgeNs());
    item.put("inFlight", host.getInFlight());
    item.put("binding", host.getBinding());
    item.put("healthCheck", host.getHealthCheck());
    if (host.hasDrain()) {
      Map<String, Object> drain = new LinkedHashMap<>();
      drain.put("reason", host.getDrain().getReason());
      drain.put("changedBy", host.getDrain().getChangedBy());
      drain.put("since", Quantity.time(host.getDrain().getSince()));
      item.put("drain", drain);
    }
    item.put("models", models);
    item.put("modelsLeftOut", host.getModelsLeftOut());
    return item;
  }
}
