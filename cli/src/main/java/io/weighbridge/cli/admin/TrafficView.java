package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.ModelTraffic;
import io.weighbridge.admin.v1.VersionTraffic;
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

/** How one model's split is shown. */
final class TrafficView {
  /** Name and version of the structured form. */
  static final String SCHEMA = "weighbridge.traffic/v1";

  private TrafficView() {}

  /** A table and who changed it last. */
  static void print(Console console, ModelTraffic model, boolean wide, Instant now) {
    List<String> headers = new ArrayList<>();
    headers.addAll(List.of("VERSION", "LABEL", "WANTED", "REAL(10k)", "PROOF", "p99", "ERR"));
    if (wide) {
      headers.addAll(List.of("p50", "CALLS", "DIGEST"));
    }
    Table table = new Table(console, headers);
    for (VersionTraffic version : model.getVersionsList()) {
      table.row(cells(version, wide).toArray(Cell[]::new));
    }
    String sticky = model.getSticky().isEmpty() ? "" : ", sticky by " + model.getSticky();
    console.out().println(console.paint(Style.BOLD, model.getModel()) + sticky);
    table.print();
    console.out().println(lastChange(model, now));
  }

  private static List<Cell> cells(VersionTraffic version, boolean wide) {
    boolean called = version.getRealCalls() > 0;
    List<Cell> cells = new ArrayList<>();
    cells.add(new Cell(version.getVersion(), Style.BOLD));
    cells.add(Cell.of(String.join(",", version.getLabelsList())));
    cells.add(Cell.of(Quantity.percent(version.getWeightPpm())));
    cells.add(Cell.of(called ? Quantity.percent(version.getRealPpm()) : "-"));
    cells.add(proof(version));
    cells.add(Cell.of(Quantity.duration(version.getP99Ns())));
    cells.add(
        new Cell(
            called ? Quantity.percent(version.getErrorPpm()) : "-",
            version.getErrorPpm() > 0 ? Style.YELLOW : Style.PLAIN));
    if (wide) {
      cells.add(Cell.of(Quantity.duration(version.getP50Ns())));
      cells.add(Cell.of(Quantity.count(version.getRealCalls())));
      cells.add(Cell.of(Quantity.shortDigest(version.getExpectedDigest())));
    }
    return cells;
  }

  private static Cell proof(VersionTraffic version) {
    if (version.getIntegrity().equals("none")) {
      return new Cell("– not judged", Style.DIM);
    }
    String hosts = version.getHostsProved() + "/" + version.getHostsKnown();
    if (version.getHostsProved() == 0) {
      return new Cell("✗ " + hosts, Style.RED);
    }
    boolean all = version.getHostsProved() == version.getHostsKnown();
    return new Cell((all ? "✓ " : "! ") + hosts, all ? Style.GREEN : Style.YELLOW);
  }

  private static String lastChange(ModelTraffic model, Instant now) {
    String who = model.getChangedBy().isEmpty() ? "" : ", set by " + model.getChangedBy();
    String when = model.getChangedAt() == 0 ? "" : " " + Quantity.ago(model.getChangedAt(), now);
    String why = model.getReason().isEmpty() ? "" : ": \"" + model.getReason() + "\"";
    return "epoch " + model.getEpoch() + who + when + why;
  }

  /** The same for programs. */
  static Map<String, Object> structured(ModelTraffic model) {
    List<Map<String, Object>> versions = new ArrayList<>();
    for (VersionTraffic version : model.getVersionsList()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("version", version.getVersion());
      entry.put("labels", List.copyOf(version.getLabelsList()));
      entry.put("weightPpm", version.getWeightPpm());
      entry.put("realPpm", version.getRealPpm());
      entry.put("realCalls", version.getRealCalls());
      entry.put("errorPpm", version.getErrorPpm());
      entry.put("p50Ns", version.getP50Ns());
      entry.put("p99Ns", version.getP99Ns());
      entry.put("integrity", version.getIntegrity());
      entry.put("expectedDigest", version.getExpectedDigest());
      entry.put("hostsProved", version.getHostsProved());
      entry.put("hostsKnown", version.getHostsKnown());
      versions.add(entry);
    }
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("model", model.getModel());
    item.put("epoch", model.getEpoch());
    item.put("changedBy", model.getChangedBy());
    item.put("changedAt", Quantity.time(model.getChangedAt()));
    item.put("reason", model.getReason());
    item.put("sticky", model.getSticky());
    item.put("versions", versions);
    return item;
  }
}
