package io.weighbridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.integrity.TestCa;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands to an admin listener that speaks TLS, and to one that does not. */
final class AdminTlsTest {
  @TempDir private Path folder;

  private static ServerCredentials credentials(TestCa.Issued shown, Path roots) throws Exception {
    return TlsServerCredentials.newBuilder()
        .keyManager(shown.certificate().toFile(), shown.key().toFile())
        .trustManager(roots.toFile())
        .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
        .build();
  }

  private FakeAdmin admin(TestCa ca, String... names) throws Exception {
    return new FakeAdmin(folder, credentials(ca.issue("admin", names), ca.file()));
  }

  @Test
  void trustsTheRootItIsGivenAndTheNameOfTheAddress() throws Exception {
    TestCa ca = new TestCa(folder, "ca");
    try (FakeAdmin admin = admin(ca, "IP:127.0.0.1")) {
      Shell.Result result = admin.run("host", "list", "--ca", ca.file().toString());

      assertThat(result.err()).isEmpty();
      assertThat(result.exitCode()).isZero();
      assertThat(result.out()).contains("HOST");
    }
  }

  @Test
  void saysWhyAGatewayIsNotTrusted() throws Exception {
    TestCa ca = new TestCa(folder, "ca");
    TestCa other = new TestCa(folder, "other");
    try (FakeAdmin admin = admin(ca, "DNS:gateway.internal")) {
      Shell.Result stranger = admin.run("host", "list", "--ca", other.file().toString());
      assertThat(stranger.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
      assertThat(stranger.err()).contains("certification path", "--ca FILE");

      Shell.Result name = admin.run("host", "list", "--ca", ca.file().toString());
      assertThat(name.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
      assertThat(name.err()).contains("127.0.0.1", "--server-name NAME");

      assertThat(
              admin
                  .run(
                      "host",
                      "list",
                      "--ca",
                      ca.file().toString(),
                      "--server-name",
                      "gateway.internal")
                  .exitCode())
          .isZero();

      Shell.Result plain = admin.run("host", "list");
      assertThat(plain.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
      assertThat(plain.err()).contains("--ca FILE if it speaks TLS");
    }
  }

  @Test
  void showsItsOwnCertificate() throws Exception {
    TestCa ca = new TestCa(folder, "ca");
    TestCa.Issued operator = ca.issue("operator", "URI:spiffe://acme/alice");
    try (FakeAdmin admin = admin(ca, "IP:127.0.0.1")) {
      Shell.Result result =
          admin.run(
              "host",
              "list",
              "--ca",
              ca.file().toString(),
              "--certificate",
              operator.certificate().toString(),
              "--tls-key",
              operator.key().toString());
      assertThat(result.err()).isEmpty();
      assertThat(result.exitCode()).isZero();
    }
  }

  @Test
  void refusesFilesAndNamesThatAreNone() throws Exception {
    TestCa ca = new TestCa(folder, "ca");
    String garbage = Files.writeString(folder.resolve("garbage.pem"), "garbage").toString();
    String root = ca.file().toString();
    for (String[] given :
        new String[][] {
          {"--ca", garbage},
          {"--ca", root, "--certificate", garbage, "--tls-key", garbage},
          {"--ca", root, "--server-name", "me@gateway"}
        }) {
      Shell.Result result =
          Shell.run(
              Stream.concat(Stream.of("predict", "m", "--text", "x"), Stream.of(given))
                  .toArray(String[]::new));
      assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(result.err()).contains("TLS cannot be spoken with these files", "why: ");
    }
  }

  @Test
  void refusesHalfOfEverything() throws Exception {
    TestCa ca = new TestCa(folder, "ca");
    try (FakeAdmin admin = admin(ca, "IP:127.0.0.1")) {
      assertThat(admin.run("host", "list", "--certificate", "x").exitCode())
          .isEqualTo(ExitCode.USAGE);
      assertThat(admin.run("host", "list", "--server-name", "x").exitCode())
          .isEqualTo(ExitCode.USAGE);
      Shell.Result missing = admin.run("host", "list", "--ca", "nowhere.crt");
      assertThat(missing.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(missing.err()).contains("nowhere.crt", "no such file");
    }
  }
}
