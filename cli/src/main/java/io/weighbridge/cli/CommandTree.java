package io.weighbridge.cli;

import io.weighbridge.cli.admin.HostList;
import io.weighbridge.cli.admin.HostRelease;
import io.weighbridge.cli.admin.KeyCreate;
import io.weighbridge.cli.admin.KeyList;
import io.weighbridge.cli.admin.KeyRevoke;
import io.weighbridge.cli.admin.TrafficExplain;
import io.weighbridge.cli.admin.TrafficHistory;
import io.weighbridge.cli.admin.TrafficSet;
import io.weighbridge.cli.admin.TrafficShow;
import io.weighbridge.cli.audit.AuditCheck;
import io.weighbridge.cli.audit.AuditReceipt;
import io.weighbridge.cli.audit.AuditSearch;
import io.weighbridge.cli.audit.AuditShow;
import io.weighbridge.cli.audit.AuditVerify;
import io.weighbridge.cli.demo.DemoCommand;
import io.weighbridge.cli.predict.PredictCommand;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** Every command there is, and what all of them share. */
public final class CommandTree {
  private static final int HELP_WIDTH = 100;

  private CommandTree() {}

  /** The whole tree, writing to this console. */
  public static CommandLine of(Console console) {
    RootCommand root = new RootCommand();
    CommandLine tree = new CommandLine(root);
    tree.addSubcommand(new DemoCommand(console, CommandTree::of));
    tree.addSubcommand(
        "traffic",
        group(
            "Which version gets which share of a model's calls.",
            "  weighbridge traffic show minilm",
            new TrafficShow(console),
            new TrafficSet(console),
            new TrafficExplain(console),
            new TrafficHistory(console)));
    tree.addSubcommand(
        "host",
        group(
            "Model hosts and what they prove.",
            "  weighbridge host list",
            new HostList(console),
            new HostRelease(console)));
    tree.addSubcommand(
        "key",
        group(
            "Keys of callers and of admins.",
            "  weighbridge key list",
            new KeyCreate(console),
            new KeyList(console),
            new KeyRevoke(console)));
    tree.addSubcommand(
        "audit",
        group(
            "The log of every call and change: search it, and prove it.",
            "  weighbridge audit verify --ledger ./ledger --key ledger.pub",
            new AuditVerify(console),
            new AuditSearch(console),
            new AuditShow(console),
            new AuditReceipt(console),
            new AuditCheck(console)));
    tree.addSubcommand(new PredictCommand(console));
    return configure(tree, root, console);
  }

  private static CommandLine group(String description, String example, Object... commands) {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(description)
        .footer(example)
        .exitCodeList(exitCodes(ExitCode.DONE_LINE, ExitCode.USAGE_LINE));
    CommandLine group = new CommandLine(spec);
    for (Object command : commands) {
      group.addSubcommand(command);
    }
    return group;
  }

  private static Map<String, String> exitCodes(String... lines) {
    Map<String, String> codes = new LinkedHashMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      codes.put(line.substring(0, colon), line.substring(colon + 1));
    }
    return codes;
  }

  private static CommandLine configure(CommandLine tree, RootCommand root, Console console) {
    tree.getCommandSpec()
        .addOption(flag("-V", "--version", "Show the version").versionHelp(true).build());
    List<CommandLine> all = new ArrayList<>();
    collect(tree, all);
    for (CommandLine command : all) {
      // Only the root has --version: predict has one of its own, the model's.
      command
          .getCommandSpec()
          .addOption(flag("-h", "--help", "Show this help").usageHelp(true).build());
      command.getCommandSpec().exitCodeOnInvalidInput(ExitCode.USAGE);
      UsageMessageSpec usage = command.getCommandSpec().usageMessage();
      usage.width(HELP_WIDTH).sortOptions(false).abbreviateSynopsis(true);
      usage.footerHeading("%nExamples:%n").exitCodeListHeading("%nExit codes:%n");
      usage.commandListHeading("%nCommands:%n").optionListHeading("%nOptions:%n");
    }
    Errors errors = new Errors(console, root::debug);
    return tree.setOut(writer(console.out()))
        .setErr(writer(console.err()))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setColorScheme(
            new ColorScheme.Builder(CommandLine.Help.defaultColorScheme(ansi(console))).build())
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors);
  }

  private static OptionSpec.Builder flag(String shortName, String longName, String what) {
    return OptionSpec.builder(shortName, longName).arity("0").description(what + " and exit.");
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  private static Ansi ansi(Console console) {
    return console.colour() ? Ansi.ON : Ansi.OFF;
  }

  private static void collect(CommandLine command, List<CommandLine> into) {
    into.add(command);
    command.getSubcommands().values().forEach(child -> collect(child, into));
  }
}
