package io.weighbridge.cli.connect;

import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Options that say how the gateway proves who it is. Written by the parser, then read by the
 * command.
 */
public final class TrustOptions {
  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "Speak TLS, and trust certificates that lead to a root in this PEM file; default:"
              + " WEIGHBRIDGE_CA, then .weighbridge, then plain text, as with --ca \"\".")
  private @Nullable Path roots;

  @Option(
      names = "--server-name",
      paramLabel = "NAME",
      description = "The name the gateway's certificate carries; default: the address.")
  private @Nullable String serverName;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "Certificate to show to the gateway, with --tls-key.")
  private @Nullable Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Private key of --certificate (PKCS #8).")
  private @Nullable Path key;

  /** What to trust. */
  public Trust trust(Context context, Map<String, String> environment) {
    if ((certificate == null) != (key == null)) {
      throw new CliException(
          ExitCode.USAGE,
          "half an identity was given",
          certificate == null ? "--tls-key without --certificate" : "--certificate without its key",
          "--certificate FILE --tls-key FILE");
    }
    Path found =
        Optional.ofNullable(roots)
            .or(() -> Context.variable(environment, "WEIGHBRIDGE_CA").map(Path::of))
            .or(() -> context.path(Context.Entry.CA))
            .filter(file -> !file.toString().isEmpty())
            .orElse(null);
    if (found == null && (serverName != null || certificate != null)) {
      throw new CliException(
          ExitCode.USAGE,
          "TLS needs a root to trust",
          "--server-name and --certificate mean nothing in plain text",
          "--ca FILE");
    }
    String name =
        serverName == null ? context.value(Context.Entry.SERVER_NAME).orElse(null) : serverName;
    return new Trust(found, name, certificate, key);
  }
}
