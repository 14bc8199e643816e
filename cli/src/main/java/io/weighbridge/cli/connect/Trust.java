package io.weighbridge.cli.connect;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway proves who it is: by a certificate that leads to one of these roots and carries its
 * name, or, in plain text, not at all. Immutable.
 *
 * @param roots PEM file, or null for plain text
 * @param serverName the name its certificate must carry; null for the address's
 * @param certificate PEM file with the certificate shown to the gateway, or null for none
 * @param key its private key, or null
 */
public record Trust(
    @Nullable Path roots,
    @Nullable String serverName,
    @Nullable Path certificate,
    @Nullable Path key) {
  /** Plain text. */
  public static final Trust NONE = new Trust(null, null, null, null);

  /** As much as a gateway's answers have at most: a thousand hosts of many models fit. */
  private static final int ANSWER_BYTES_MAX = 64 << 20;

  /** A builder of channels to there that trusts like this. */
  NettyChannelBuilder channel(Endpoint endpoint) {
    try {
      NettyChannelBuilder builder =
          NettyChannelBuilder.forAddress(endpoint.host(), endpoint.port(), credentials())
              .maxInboundMessageSize(ANSWER_BYTES_MAX);
      return serverName == null || roots == null ? builder : builder.overrideAuthority(serverName);
    } catch (IllegalArgumentException e) {
      // What gRPC says of files that hold no certificate or key, and of a name that is none.
      throw new CliException(
          ExitCode.BAD_INPUT,
          "TLS cannot be spoken with these files and this name",
          String.valueOf(e.getMessage()),
          "PEM files for --ca, --certificate and --tls-key; a host's name for --server-name",
          e);
    }
  }

  private ChannelCredentials credentials() {
    if (roots == null) {
      return InsecureChannelCredentials.create();
    }
    try {
      TlsChannelCredentials.Builder builder =
          TlsChannelCredentials.newBuilder().trustManager(readable("--ca", roots).toFile());
      if (certificate != null && key != null) {
        builder.keyManager(
            readable("--certificate", certificate).toFile(), readable("--tls-key", key).toFile());
      }
      return builder.build();
    } catch (IOException e) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "cannot read the certificates",
          String.valueOf(e.getMessage()),
          "--ca FILE, a PEM file with the root of the gateway's certificate",
          e);
    }
  }

  private static Path readable(String option, Path file) {
    if (!Files.isReadable(file)) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "cannot read the file " + file,
          Files.exists(file) ? "it may not be read" : "there is no such file",
          option + " FILE");
    }
    return file;
  }
}
