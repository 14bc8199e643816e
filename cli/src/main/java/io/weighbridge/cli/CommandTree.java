package io.weighbridge.cli;

import io.weighbridge.cli.admin.HostDrain;
import io.weighbridge.cli.admin.HostList;
import io.weighbridge.cli.admin.HostRelease;
import io.weighbridge.cli.admin.HostUndrain;
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
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.warm.WarmStart;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParseResult;

/** Every command there is, and what all of them share. */
public final class CommandTree {
  private static final int HELP_WIDTH = 100;

  /** A command that is made, and its annotations read, only when it is wanted. */
  private record Branch(String name, Supplier<Object> command) {}

  private final Console console;
  private final Predicate<String> wanted;

  private CommandTree(Console console, Predicate<String> wanted) {
    this.console = console;
    this.wanted = wanted;
  }

  /** The whole tree, writing to this console. */
  public static CommandLine of(Console console) {
    return new CommandTree(console, _ -> true).build();
  }

  /**
   * As much of the tree as these arguments can need: reading the annotations of all commands takes
   * longer than most commands do.
   */
  static CommandLine forArguments(Console console, String... arguments) {
    List<String> words = Arrays.stream(arguments).filter(word -> !word.startsWith("-")).toList();
    return new CommandTree(console, words::contains).build();
  }

  private CommandLine build() {
    RootCommand root = new RootCommand();
    CommandLine tree = new CommandLine(root);
    add(
        tree,
        new Branch("demo", () -> new DemoCommand(console, CommandTree::of)),
        new Branch("traffic", this::traffic),
        new Branch("host", this::host),
        new Branch("key", this::key),
        new Branch("audit", this::audit),
        new Branch("predict", () -> new PredictCommand(console)),
        new Branch("warm-start", () -> new WarmStart(console)));
    return configure(tree, root, console);
  }

  private CommandLine traffic() {
    return group(
        "traffic",
        "Which version gets which share of a model's calls.",
        "  weighbridge traffic show minilm",
        new Branch("show", () -> new TrafficShow(console)),
        new Branch("set", () -> new TrafficSet(console)),
        new Branch("explain", () -> new TrafficExplain(console)),
        new Branch("history", () -> new TrafficHistory(console)));
  }

  private CommandLine host() {
    return group(
        "host",
        "Model hosts and what they prove.",
        "  weighbridge host list",
        new Branch("list", () -> new HostList(console)),
        new Branch("release", () -> new HostRelease(console)),
        new Branch("drain", () -> new HostDrain(console)),
        new Branch("undrain", () -> new HostUndrain(console)));
  }

  private CommandLine key() {
    return group(
        "key",
        "Keys of callers and of admins.",
        "  weighbridge key list",
        new Branch("create", () -> new KeyCreate(console)),
        new Branch("list", () -> new KeyList(console)),
        new Branch("revoke", () -> new KeyRevoke(console)));
  }

  private CommandLine audit() {
    return group(
        "audit",
        "The log of every call and change: search it, and prove it.",
        "  weighbridge audit verify --ledger ./ledger --key ledger.pub",
        new Branch("verify", () -> new AuditVerify(console)),
        new Branch("search", () -> new AuditSearch(console)),
        new Branch("show", () -> new AuditShow(console)),
        new Branch("receipt", () -> new AuditReceipt(console)),
        new Branch("check", () -> new AuditCheck(console)));
  }

  private CommandLine group(String name, String description, String example, Branch... branches) {
    CommandSpec spec = CommandSpec.create();
    spec.usageMessage()
        .description(description)
        .footer(example)
        .exitCodeList(exitCodes(ExitCode.DONE_LINE, ExitCode.USAGE_LINE));
    CommandLine group = new CommandLine(spec);
    if (wanted.test(name)) {
      add(group, branches);
    }
    return group;
  }

  /** Those wanted; when none is, all of them: for help, and to suggest what was meant. */
  private void add(CommandLine parent, Branch... branches) {
    boolean chosen = Arrays.stream(branches).anyMatch(branch -> wanted.test(branch.name));
    for (Branch branch : branches) {
      if (!chosen || wanted.test(branch.name)) {
        parent.addSubcommand(branch.name, branch.command.get());
      }
    }
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
        .setExecutionStrategy(parsed -> run(parsed, console))
        .setParameterExceptionHandler(errors)
        .setExecutionExceptionHandler(errors);
  }

  /** A command is done when what it had to say is written: half an export is none. */
  private static int run(ParseResult parsed, Console console) {
    int exitCode = new CommandLine.RunLast().execute(parsed);
    IOException unwritten = console.unwritten();
    if (exitCode != ExitCode.DONE || unwritten == null) {
      return exitCode;
    }
    String why = String.valueOf(unwritten.getMessage());
    if (why.equals("Broken pipe")) {
      return ExitCode.READER_GONE;
    }
    CliException said =
        new CliException(
            ExitCode.UNWRITTEN,
            "the output cannot be written",
            why,
            "standard output to a file on a disk with room",
            unwritten);
    throw new CommandLine.ExecutionException(
        parsed.commandSpec().commandLine(), said.getMessage(), said);
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
