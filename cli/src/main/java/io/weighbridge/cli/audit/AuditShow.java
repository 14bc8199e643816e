package io.weighbridge.cli.audit;

import io.weighbridge.audit.v1.Record;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.OutputOption;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Structured;
import io.weighbridge.cli.terminal.Style;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.read.Explanation;
import io.weighbridge.ledger.read.Leaf;
import io.weighbridge.ledger.read.LedgerReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code audit show}: one record, joined with what it links to. */
@Command(
    name = "show",
    description = "Shows one record with its route explained and the records it rests on.",
    footer = {
      "  weighbridge audit show 0192f3aa-5c1e-8001-8000-40000000002a",
      "  weighbridge audit show 0192f3aa-5c1e-8001-8000-40000000002a -o json"
    },
    exitCodeList = {
      ExitCode.DONE_LINE,
      "2:there is no such record",
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE
    })
public final class AuditShow implements Callable<Integer> {
  private static final String SCHEMA = "weighbridge.record/v1";

  @Parameters(paramLabel = "RECORD", description = "A record's id.")
  private String record = "";

  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final LedgerOptions ledger = new LedgerOptions();
  private final Console console;

  /** Writes to this console. */
  public AuditShow(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    RecordId id = LedgerOptions.recordId(record);
    LedgerReader reader = ledger.reader(console);
    Explanation explanation;
    try {
      Leaf leaf = reader.find(id).orElseThrow(() -> LedgerOptions.notFound(id, ledger.directory()));
      explanation = Explanation.of(reader, leaf);
    } catch (IOException e) {
      throw LedgerOptions.unreadable(ledger.directory(), e);
    }
    if (!output.format().forPeople()) {
      Structured.print(console, output.format(), SCHEMA, List.of(explanation.view()));
      return ExitCode.DONE;
    }
    Record found = explanation.leaf().record();
    console
        .out()
        .println(
            console.paint(Style.BOLD, RecordLine.kind(found) + " " + id)
                + "  leaf "
                + explanation.leaf().index());
    print("  ", explanation.leaf().view());
    explain(explanation);
    return ExitCode.DONE;
  }

  private void explain(Explanation explanation) {
    explanation
        .attestation()
        .ifPresent(leaf ->
            because(
                leaf,
                "proof",
                leaf.record().getAttestation().getHostId()
                    + " at "
                    + explanation.hostAddress()
                    + " had proved "
                    + explanation.expectedDigest()
                    + ", hashed "
                    + explanation.hashPoint()));
    explanation.traffic().ifPresent(leaf -> because(leaf, "split", changed(leaf)));
    explanation.deployment().ifPresent(leaf -> because(leaf, "deployed", changed(leaf)));
    explanation
        .boot()
        .ifPresent(leaf ->
            because(
                leaf,
                "start",
                Quantity.time(leaf.record().getCompletedAt())
                    + ", version "
                    + leaf.record().getBoot().getVersion()));
  }

  private void because(Leaf leaf, String what, String text) {
    console
        .out()
        .println(
            "  " + console.paint(Style.CYAN, what + ": ") + text + "  (leaf " + leaf.index() + ")");
  }

  private static String changed(Leaf leaf) {
    return RecordLine.what(leaf.record())
        + ", by "
        + RecordLine.who(leaf.record())
        + ", epoch "
        + leaf.record().getChange().getEpoch();
  }

  private void print(String indent, Map<?, ?> view) {
    view.forEach((name, value) -> {
      String label = indent + console.paint(Style.DIM, name + ": ");
      if (value instanceof Map<?, ?> nested) {
        console.out().println(label.stripTrailing());
        print(indent + "  ", nested);
      } else if (value instanceof List<?> list && list.stream().allMatch(Map.class::isInstance)) {
        list.forEach(entry -> {
          console.out().println(label.stripTrailing());
          print(indent + "  ", (Map<?, ?>) entry);
        });
      } else {
        console.out().println(label + value);
      }
    });
  }
}
