package io.weighbridge.cli.audit;

import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.OutputOption;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Structured;
import io.weighbridge.ledger.note.NoteKey;
import io.weighbridge.ledger.read.Finding;
import io.weighbridge.ledger.read.LedgerVerifier;
import io.weighbridge.ledger.read.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code audit verify}: recomputes the whole log and judges it. */
@Command(
    name = "verify",
    description = {
      "Re-hashes every record, recomputes the root under the signed checkpoint, and looks for",
      "holes. Three questions, each with its own verdict: integrity, completeness, anchors."
    },
    footer = {
      "  weighbridge audit verify --ledger ./ledger --key ledger.pub",
      "  weighbridge audit verify --ledger ./ledger --key ledger.pub --anchor yesterday/checkpoint"
    },
    exitCodeList = {
      Verdicts.PROVED_LINE,
      Verdicts.BROKEN_LINE,
      Verdicts.NOT_JUDGED_LINE,
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE
    })
public final class AuditVerify implements Callable<Integer> {
  private static final String SCHEMA = "weighbridge.verify-report/v1";
  private static final int FINDINGS_SHOWN = 20;
  private static final int ROOT_SHOWN = 16;

  @Option(
      names = "--anchor",
      paramLabel = "FILE",
      description = "A checkpoint of this log kept elsewhere; repeat it.")
  private List<Path> anchors = List.of();

  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final LedgerOptions ledger = new LedgerOptions();
  private final Console console;

  /** Writes to this console. */
  public AuditVerify(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Path directory = ledger.directory();
    NoteKey key = ledger.key(directory, console);
    Map<String, byte[]> notes = readAnchors();
    VerifyReport report;
    try {
      report = LedgerVerifier.verify(directory, key, notes, this::progress);
      clearProgress();
    } catch (IOException e) {
      throw LedgerOptions.unreadable(directory, e);
    }
    if (output.format().forPeople()) {
      print(report);
    } else {
      Structured.print(console, output.format(), SCHEMA, List.of(structured(report)));
    }
    return Verdicts.exitCode(report.verdict());
  }

  private void progress(long leaves) {
    if (console.interactive()) {
      console.err().print("\r" + Quantity.count(leaves) + " leaves re-hashed");
      console.err().flush();
    }
  }

  private void clearProgress() {
    if (console.interactive()) {
      console.err().print("\r\u001b[K");
      console.err().flush();
    }
  }

  private Map<String, byte[]> readAnchors() {
    Map<String, byte[]> notes = new LinkedHashMap<>();
    for (Path anchor : anchors) {
      try {
        notes.put(anchor.toString(), Files.readAllBytes(anchor));
      } catch (IOException e) {
        throw new CliException(
            ExitCode.BAD_INPUT,
            "cannot read the anchor " + anchor,
            CliException.reason(e),
            "--anchor with a copy of the file checkpoint",
            e);
      }
    }
    return notes;
  }

  private void print(VerifyReport report) {
    String root =
        report
            .checkpoint()
            .map(head -> ", root " + head.rootHex().substring(0, ROOT_SHOWN) + "..")
            .orElse("");
    Verdicts.print(
        console,
        "integrity",
        report.integrity(),
        Quantity.count(report.leavesHashed())
            + " leaves re-hashed"
            + root
            + first(report, Finding.Weight.ALTERED));
    Verdicts.print(
        console,
        "completeness",
        report.completeness(),
        switch (report.completeness()) {
          case PROVED -> "no hole in any lane of any start";
          case BROKEN -> "records are missing" + first(report, Finding.Weight.MISSING);
          case NOT_JUDGED -> "rests on integrity";
        });
    Verdicts.print(
        console,
        "anchors",
        report.anchors(),
        anchors.isEmpty()
            ? "no checkpoint kept elsewhere was given (--anchor FILE): not anchored"
            : anchors.size() + " checkpoint(s) kept elsewhere");
    report.findings().stream().limit(FINDINGS_SHOWN).forEach(this::print);
    if (report.findingCount() > FINDINGS_SHOWN) {
      console.out().println("  and " + (report.findingCount() - FINDINGS_SHOWN) + " more: -o json");
    }
    if (report.pendingLeaves() > 0) {
      console
          .out()
          .println(
              Quantity.count(report.pendingLeaves())
                  + " more records wait for the next checkpoint");
    }
  }

  private static String first(VerifyReport report, Finding.Weight weight) {
    return report.findings().stream()
        .filter(finding -> finding.weight() == weight)
        .findFirst()
        .map(finding -> "; " + finding.what())
        .orElse("");
  }

  private void print(Finding finding) {
    String leaf = finding.leaf() < 0 ? "" : " leaf " + finding.leaf();
    console
        .out()
        .println(
            "  "
                + finding.weight().name().toLowerCase(Locale.ROOT)
                + "  "
                + finding.file()
                + leaf
                + ": "
                + finding.what());
  }

  private static Map<String, Object> structured(VerifyReport report) {
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("verdict", report.verdict().word());
    item.put("integrity", report.integrity().word());
    item.put("completeness", report.completeness().word());
    item.put("anchors", report.anchors().word());
    report
        .checkpoint()
        .ifPresent(head -> {
          item.put("origin", head.origin());
          item.put("treeSize", head.size());
          item.put("root", head.rootHex());
        });
    item.put("leavesHashed", report.leavesHashed());
    item.put("pendingLeaves", report.pendingLeaves());
    item.put("findingCount", report.findingCount());
    item.put(
        "findings",
        report.findings().stream()
            .map(finding ->
                Map.of(
                    "weight", finding.weight().name().toLowerCase(Locale.ROOT),
                    "file", finding.file(),
                    "leaf", finding.leaf(),
                    "what", finding.what()))
            .toList());
    return item;
  }
}
