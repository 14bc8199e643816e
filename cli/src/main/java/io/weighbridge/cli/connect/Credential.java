package io.weighbridge.cli.connect;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A key of the form {@code wb_<id>_<secret>}, read from a file so that no process list shows it.
 */
public record Credential(String token) {
  /** The header every listener of the gateway reads. */
  public static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final Pattern FORM = Pattern.compile("wb_[a-z0-9]{1,32}_[A-Za-z0-9_-]{43}");

  /** Reads the key of a file. */
  public static Credential read(Path file) {
    String token;
    try {
      token = Files.readString(file).strip();
    } catch (IOException e) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          "cannot read the key file " + file,
          Files.exists(file) ? String.valueOf(e.getMessage()) : "there is no such file",
          "--key-file FILE",
          e);
    }
    if (!FORM.matcher(token).matches()) {
      throw new CliException(
          ExitCode.BAD_INPUT,
          file + " holds no key",
          "a key is wb_<id>_<secret>, the secret 43 characters long; found "
              + token.length()
              + " characters of another form",
          "weighbridge key create --help");
    }
    return new Credential(token);
  }

  /** The first of these files that exists. */
  static Optional<Path> first(List<Optional<Path>> candidates) {
    return candidates.stream().flatMap(Optional::stream).filter(Files::exists).findFirst();
  }

  /** Sends the key with every call. */
  public ClientInterceptor interceptor() {
    Metadata headers = new Metadata();
    headers.put(AUTHORIZATION, "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  /** Never the secret. */
  @Override
  public String toString() {
    return token.substring(0, token.indexOf('_', 3)) + "_...";
  }
}
