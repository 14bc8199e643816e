package io.weighbridge.conformance.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.testing.integration.AbstractInteropTest;
import io.weighbridge.conformance.process.CallerKey;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The interop client of grpc-java, which knows each case; here it only learns where to connect and
 * with which key. Confined to one thread.
 */
final class InteropClient extends AbstractInteropTest {
  private final int port;
  private final CallerKey caller;

  InteropClient(int port, CallerKey caller) {
    this.port = port;
    this.caller = caller;
  }

  @Override
  protected ManagedChannelBuilder<?> createChannelBuilder() {
    Metadata key = new Metadata();
    key.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), caller.authorization());
    ClientInterceptor attach = MetadataUtils.newAttachHeadersInterceptor(key);
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .usePlaintext()
        .flowControlWindow(TEST_FLOW_CONTROL_WINDOW)
        .maxInboundMessageSize(MAX_MESSAGE_SIZE)
        .intercept(attach);
  }

  @Override
  protected boolean metricsExpected() {
    // Its figures are of the OpenCensus it would have to be started with.
    return false;
  }

  /**
   * Plays a case of which only the client's own program knows how, in a process of its own.
   *
   * @param flags of the program, such as {@code --soak_iterations=50}
   */
  void playApart(String name, String... flags) throws IOException, InterruptedException {
    String ours = System.getProperty("java.class.path");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", ours),
                "io.grpc.testing.integration.TestServiceClient",
                "--server_host=127.0.0.1",
                "--server_port=" + port,
                "--use_tls=false",
                "--additional_metadata=authorization:" + caller.authorization(),
                "--test_case=" + name));
    command.addAll(List.of(flags));
    Process client = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String said = new String(client.getInputStream().readAllBytes(), UTF_8);
      assertThat(client.waitFor()).as(said).isZero();
      assertThat(said).contains("Test completed.");
    } finally {
      client.destroyForcibly();
    }
  }
}
