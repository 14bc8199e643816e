package io.weighbridge.cli.connect;

import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Options that say which gateway to administer and with which key. Written by the parser, then read
 * by the command.
 */
public final class AdminOptions {
  private static final String ADDRESS_DEFAULT = "127.0.0.1:9001";

  @Option(
      names = "--admin",
      paramLabel = "ADDRESS",
      description =
          "The gateway's admin listener; default: WEIGHBRIDGE_ADMIN, then .weighbridge in this"
              + " folder or above, then "
              + ADDRESS_DEFAULT
              + ".")
  private @Nullable String address;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description =
          "File with the admin key; default: WEIGHBRIDGE_ADMIN_KEY, then .weighbridge, then"
              + " ./state/admin.key.")
  private @Nullable Path keyFile;

  @Mixin private final TimeoutOption timeout = new TimeoutOption();
  @Mixin private final TrustOptions trust = new TrustOptions();

  /** Connects; nothing is sent yet. */
  public AdminClient connect() {
    return connect(Path.of(""), System.getenv());
  }

  AdminClient connect(Path folder, Map<String, String> environment) {
    Context context = Context.find(folder, environment);
    String at =
        Optional.ofNullable(address)
            .or(() -> Context.variable(environment, "WEIGHBRIDGE_ADMIN"))
            .or(() -> context.value(Context.Entry.ADMIN))
            .orElse(ADDRESS_DEFAULT);
    return new AdminClient(
        Endpoint.parse(at, "--admin", ADDRESS_DEFAULT),
        trust.trust(context, environment),
        credential(folder, environment, context),
        timeout.seconds());
  }

  private Credential credential(Path folder, Map<String, String> environment, Context context) {
    if (keyFile != null) {
      return Credential.read(keyFile);
    }
    Optional<String> named = Context.variable(environment, "WEIGHBRIDGE_ADMIN_KEY");
    if (named.isPresent()) {
      return Credential.read(Path.of(named.get()));
    }
    Path beside = folder.resolve("state").resolve("admin.key");
    return Credential.first(List.of(context.path(Context.Entry.ADMIN_KEY), Optional.of(beside)))
        .map(Credential::read)
        .orElseThrow(() ->
            new CliException(
                ExitCode.BAD_INPUT,
                "no admin key was given",
                "looked at --key-file, WEIGHBRIDGE_ADMIN_KEY, .weighbridge and ./state/admin.key",
                "--key-file FILE; the gateway writes state/admin.key at its first start"));
  }
}
