package io.weighbridge.cli.predict;

import inference.InferParameter;
import inference.ModelInferRequest;
import io.grpc.Status;
import io.weighbridge.cli.connect.Context;
import io.weighbridge.cli.connect.Credential;
import io.weighbridge.cli.connect.Endpoint;
import io.weighbridge.cli.connect.TimeoutOption;
import io.weighbridge.cli.connect.TrustOptions;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.OutputOption;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Structured;
import io.weighbridge.cli.terminal.Style;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code predict}: one call, as any microservice would make it. */
@Command(
    name = "predict",
    description = "Calls a model through the gateway and shows who answered.",
    footer = {
      "  weighbridge predict minilm --text \"a truck on a scale\"",
      "  weighbridge predict minilm --version 2 --text hello --text goodbye -o json",
      "  weighbridge predict minilm --header x-user-id=alice --input input_ids=[[101,102]] ..."
    },
    exitCodeList = {
      ExitCode.DONE_LINE,
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      "1xx:the call failed: 100 + gRPC code, such as 107 not allowed, 114 unavailable"
    })
public final class PredictCommand implements Callable<Integer> {
  private static final String ADDRESS_DEFAULT = "127.0.0.1:9000";
  private static final int SHOWN_VALUES = 6;
  private static final Pattern HEADER = Pattern.compile("(?i)(?!.*-bin$)[0-9a-z_.-]+");
  private static final Pattern VALUE = Pattern.compile("[ -~]*");

  @Parameters(paramLabel = "MODEL", description = "The model.")
  private String model = "";

  @Option(
      names = "--version",
      paramLabel = "V",
      defaultValue = "",
      description = "A version or a label; default: the split decides.")
  private String version = "";

  @Option(names = "--text", description = "A sentence; repeat it for a batch.")
  private List<String> texts = List.of();

  @Option(
      names = "--text-input",
      paramLabel = "NAME",
      defaultValue = "text",
      description = "Input that takes the sentences; default: ${DEFAULT-VALUE}.")
  private String textInput = "text";

  @Option(
      names = "--input",
      paramLabel = "NAME[:TYPE]=JSON",
      description = "An input tensor; repeat it.")
  private List<String> inputs = List.of();

  @Option(names = "--header", paramLabel = "K=V", description = "A header; repeat it.")
  private Map<String, String> headers = Map.of();

  @Option(names = "--parameter", paramLabel = "K=V", description = "A text parameter; repeat it.")
  private Map<String, String> parameters = Map.of();

  @Option(
      names = "--gateway",
      paramLabel = "ADDRESS",
      description =
          "The predict listener; default: WEIGHBRIDGE_GATEWAY, then .weighbridge, then "
              + ADDRESS_DEFAULT
              + ".")
  private @Nullable String address;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description = "File with the caller's key; default: WEIGHBRIDGE_KEY, then .weighbridge.")
  private @Nullable Path keyFile;

  @Mixin private final TimeoutOption timeout = new TimeoutOption();
  @Mixin private final TrustOptions trust = new TrustOptions();
  @Mixin private final OutputOption output = new OutputOption();
  private final Console console;

  /** Writes to this console. */
  public PredictCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ModelInferRequest request = request();
    headers.forEach(PredictCommand::requireHeader);
    Map<String, String> environment = System.getenv();
    Context context = Context.find(Path.of(""), environment);
    String at =
        Optional.ofNullable(address)
            .or(() -> Context.variable(environment, "WEIGHBRIDGE_GATEWAY"))
            .or(() -> context.value(Context.Entry.PREDICT))
            .orElse(ADDRESS_DEFAULT);
    Optional<Credential> credential =
        Optional.ofNullable(keyFile)
            .or(() -> Context.variable(environment, "WEIGHBRIDGE_KEY").map(Path::of))
            .or(() -> context.path(Context.Entry.KEY))
            .map(Credential::read);
    PredictClient.Outcome outcome;
    try (PredictClient client =
        new PredictClient(
            Endpoint.parse(at, "--gateway", ADDRESS_DEFAULT),
            trust.trust(context, environment),
            credential,
            timeout.seconds())) {
      outcome = client.infer(request, headers);
    }
    if (!outcome.answered()) {
      throw failure(outcome.observation(), at);
    }
    if (output.format().forPeople()) {
      show(outcome);
    } else {
      Structured.print(
          console, output.format(), "weighbridge.prediction/v1", List.of(structured(outcome)));
    }
    return ExitCode.DONE;
  }

  private ModelInferRequest request() {
    if (texts.isEmpty() == inputs.isEmpty()) {
      throw new CliException(
          ExitCode.USAGE,
          "give the model something to read",
          texts.isEmpty() ? "neither --text nor --input was given" : "both --text and --input",
          "--text \"a truck on a scale\"");
    }
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder().setModelName(model).setModelVersion(version);
    parameters.forEach((name, value) ->
        request.putParameters(name, InferParameter.newBuilder().setStringParam(value).build()));
    if (!texts.isEmpty()) {
      request.addInputs(InputTensors.texts(textInput, texts));
    }
    inputs.forEach(input -> request.addInputs(InputTensors.parse(input)));
    return request.build();
  }

  private static void requireHeader(String name, String value) {
    if (!HEADER.matcher(name).matches() || !VALUE.matcher(value).matches()) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "header \"" + name + "\" cannot be sent",
          "a name is letters, digits, - _ and . and does not end in -bin; a value is printable ASCII",
          "--header x-user-id=alice");
    }
  }

  private static CliException failure(Observation observation, String address) {
    Status status = observation.status();
    String said = Objects.requireNonNullElse(status.getDescription(), "no message");
    Throwable cause = status.getCause();
    String record = observation.recordId();
    boolean answered = observation.refused() || !record.isEmpty();
    return new CliException(
        ExitCode.PREDICT_FAILED + status.getCode().value(),
        status.getCode() + ": " + said,
        answered
            ? (record.isEmpty() ? "the gateway at " + address + " said so" : "record " + record)
            : "gateway "
                + address
                + ": "
                + (cause == null ? "no reason of its own came" : cause.getMessage()),
        answered ? "docs/errors.md explains each reason" : remedy(status));
  }

  private static String remedy(Status status) {
    return status.getCode() == Status.Code.DEADLINE_EXCEEDED
        ? "--timeout SECONDS, or --gateway ADDRESS"
        : "--gateway ADDRESS";
  }

  private void show(PredictClient.Outcome outcome) {
    Observation seen = outcome.observation();
    console
        .out()
        .println(
            console.paint(Style.BOLD, model)
                + " version "
                + console.paint(Style.BOLD, seen.modelVersion())
                + "  "
                + (seen.modelDigest().isEmpty() ? "– not judged" : seen.modelDigest())
                + "  "
                + Quantity.duration(outcome.durationNs()));
    for (Tensor tensor : Tensor.outputs(outcome.response())) {
      StringBuilder line =
          new StringBuilder("  ")
              .append(tensor.name())
              .append("  ")
              .append(tensor.datatype())
              .append(' ')
              .append(tensor.shape())
              .append(' ');
      tensor.values().stream().limit(SHOWN_VALUES).forEach(v -> line.append(' ').append(brief(v)));
      console.out().println(tensor.values().size() > SHOWN_VALUES ? line.append(" ...") : line);
    }
    console.out().println("record " + seen.recordId());
  }

  private static String brief(Object value) {
    if (value instanceof Float || value instanceof Double) {
      return String.format(Locale.ROOT, "%.4f", ((Number) value).doubleValue());
    }
    return String.valueOf(value);
  }

  private Map<String, Object> structured(PredictClient.Outcome outcome) {
    Observation seen = outcome.observation();
    List<Object> outputs = new ArrayList<>();
    for (Tensor tensor : Tensor.outputs(outcome.response())) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("name", tensor.name());
      entry.put("datatype", tensor.datatype());
      entry.put("shape", tensor.shape());
      entry.put("values", tensor.values());
      outputs.add(entry);
    }
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("model", model);
    item.put("version", seen.modelVersion());
    item.put("digest", seen.modelDigest());
    item.put("recordId", seen.recordId());
    item.put("requestSha256", seen.requestSha256());
    item.put("responseSha256", seen.responseSha256());
    item.put("durationNs", outcome.durationNs());
    item.put("outputs", outputs);
    return item;
  }
}
