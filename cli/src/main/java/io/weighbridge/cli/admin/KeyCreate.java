package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.CreateKeyRequest;
import io.weighbridge.admin.v1.CreateKeyResponse;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code key create}: a new key, shown once. */
@Command(
    name = "create",
    description = {
      "Creates a key. Its secret is shown once and kept nowhere; the gateway stores its SHA-256."
    },
    footer = {
      "  weighbridge key create --tenant acme --principal search --model minilm --reason onboarding",
      "  weighbridge key create --role auditor --principal eve --reason \"yearly audit\" --to eve.key"
    },
    exitCodeList = {
      ExitCode.DONE_LINE,
      ExitCode.USAGE_LINE,
      ExitCode.BAD_INPUT_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.UNWRITTEN_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class KeyCreate implements Callable<Integer> {
  @Option(names = "--tenant", defaultValue = "default", description = "Who owns the key.")
  private String tenant = "default";

  @Option(names = "--principal", required = true, description = "The service or person.")
  private String principal = "";

  @Option(
      names = "--role",
      defaultValue = "",
      description = "operator, auditor or admin: an admin key. Without it, a caller's key.")
  private String role = "";

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "A model the key may call; repeat it; \"*\" for all.")
  private List<String> models = List.of();

  @Option(
      names = "--to",
      paramLabel = "FILE",
      description = "Write the key to this new file (mode 0600) instead of showing it.")
  private @Nullable Path file;

  @Mixin private final ChangeOptions change = new ChangeOptions();
  private final Console console;

  /** Writes to this console. */
  public KeyCreate(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (role.isEmpty() && models.isEmpty()) {
      throw new CliException(
          ExitCode.USAGE,
          "a caller's key needs a model",
          "neither --model nor --role was given",
          "--model NAME, or --model '*'");
    }
    CreateKeyRequest request =
        CreateKeyRequest.newBuilder()
            .setTenant(tenant)
            .setPrincipal(principal)
            .setRole(role)
            .addAllModels(models)
            .setReason(change.reason())
            .build();
    Path to = file;
    CreateKeyResponse answer = to == null ? create(request) : createFor(to, request);
    console.err().println("key " + answer.getKey().getId() + ", record " + answer.getRecordId());
    if (to == null) {
      show(answer);
    } else {
      write(to, answer);
    }
    return ExitCode.DONE;
  }

  private CreateKeyResponse create(CreateKeyRequest request) {
    try (AdminClient client = change.connect()) {
      return client.ask(() -> client.keys().createKey(request));
    }
  }

  /** Leaves no file behind when there is no key to write. */
  private CreateKeyResponse createFor(Path file, CreateKeyRequest request) {
    createEmpty(file);
    boolean created = false;
    try {
      CreateKeyResponse answer = create(request);
      created = true;
      return answer;
    } finally {
      if (!created) {
        remove(file);
      }
    }
  }

  // Before the key exists: a key nobody could save would have to be revoked.
  private static void createEmpty(Path file) {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (IOException e) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "cannot write the key to " + file,
          Files.exists(file) ? "the file exists" : CliException.reason(e),
          "--to with a new file's name",
          e);
    }
  }

  private void show(CreateKeyResponse answer) {
    console.out().println(answer.getToken());
    IOException unwritten = console.unwritten();
    if (unwritten != null) {
      throw unsaved(answer, "to standard output", unwritten);
    }
  }

  private void write(Path file, CreateKeyResponse answer) {
    try {
      Files.write(file, List.of(answer.getToken()), StandardOpenOption.WRITE);
    } catch (IOException e) {
      remove(file);
      throw unsaved(answer, "to " + file, e);
    }
  }

  private static CliException unsaved(CreateKeyResponse answer, String where, IOException e) {
    String id = answer.getKey().getId();
    return new CliException(
        ExitCode.UNWRITTEN,
        "key " + id + " is created, but cannot be written " + where,
        CliException.reason(e),
        "weighbridge key revoke " + id + " --reason \"never saved\", then create another",
        e);
  }

  private void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      console.err().println("cannot remove " + file + ", which holds no key: " + e.getMessage());
    }
  }
}
