package io.weighbridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code warm-start} with a launcher that starts a shell for a gateway; the tutorial has the real
 * one.
 */
final class WarmStartTest {
  private static final String HOME = "weighbridge.home";
  private static final String CACHE = "weighbridge.gateway-cache";

  /** Keeps what a JVM would keep, once it is told to end. */
  private static final String KEEPS =
      "trap 'echo learned > \"${WEIGHBRIDGE_JAVA_OPTS#-XX:AOTCacheOutput=}\"; exit 0' TERM\n";

  @TempDir private Path home;
  private Server gateway;
  private volatile Status answer = Status.OK;
  private Path cache;

  @BeforeEach
  void start() throws IOException {
    gateway =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Gateway())
            .build()
            .start();
    cache = Files.createDirectories(home.resolve("gateway/target")).resolve("gateway-7.aot");
    System.setProperty(HOME, home.toString());
    System.setProperty(CACHE, cache.toString());
  }

  @AfterEach
  void stop() {
    gateway.shutdownNow();
    System.clearProperty(HOME);
    System.clearProperty(CACHE);
  }

  private final class Gateway extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    @Override
    public void modelInfer(
        ModelInferRequest request, StreamObserver<ModelInferResponse> responses) {
      if (answer.isOk()) {
        responses.onNext(ModelInferResponse.getDefaultInstance());
        responses.onCompleted();
      } else {
        responses.onError(answer.asRuntimeException());
      }
    }

    @Override
    public void modelMetadata(
        ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> responses) {
      responses.onError(Status.UNAVAILABLE.asRuntimeException());
    }
  }

  private void launcher(String before, String after) throws IOException {
    Path launcher =
        Files.writeString(
            home.resolve("weighbridge"),
            "#!/bin/sh\n"
                + before
                + "echo ready predict=127.0.0.1:"
                + gateway.getPort()
                + " admin=127.0.0.1:1\n"
                + after);
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
  }

  private Shell.Result practise() {
    return Shell.run("warm-start", "--seconds", "1");
  }

  @Test
  void whatWasLearnedIsKeptInPlaceOfWhatWas() throws IOException {
    Files.writeString(cache, "old");
    Path other = Files.writeString(cache.resolveSibling("gateway-6.aot"), "of another build");
    launcher(KEEPS, "while :; do sleep 0.1; done\n");
    Shell.Result result = practise();
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).contains(cache.toString());
    assertThat(result.err()).containsPattern("[1-9][0-9]* calls answered");
    assertThat(cache).hasContent("learned");
    assertThat(other).doesNotExist();
    assertThat(cache.getParent()).isDirectoryNotContaining("glob:**.aot.*");
  }

  @Test
  void whereNoCallIsAnsweredNothingIsKept() throws IOException {
    answer = Status.UNAVAILABLE;
    launcher(KEEPS, "while :; do sleep 0.1; done\n");
    Shell.Result result = practise();
    assertThat(result.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(result.err()).contains("it answered no calls");
    assertThat(cache).doesNotExist();
  }

  @Test
  void aGatewayThatEndsSaysWhy() throws IOException {
    launcher("echo the disk is on fire >&2\nexit 78\n", "");
    Shell.Result result = practise();
    assertThat(result.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(result.err()).contains("it ended before it listened", "the disk is on fire");
  }

  @Test
  void aJvmThatKeepsNothingIsNoSuccess() throws IOException {
    launcher("trap 'exit 0' TERM\n", "while :; do sleep 0.1; done\n");
    Shell.Result result = practise();
    assertThat(result.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(result.err()).contains("its JVM kept nothing");
  }

  @Test
  void saysWhereItMayNotBeKept() {
    System.setProperty(CACHE, home.resolve("elsewhere/gateway-7.aot").toString());
    Shell.Result result = practise();
    assertThat(result.exitCode()).isEqualTo(ExitCode.BAD_CONFIGURATION);
    assertThat(result.err()).contains("elsewhere", "try: ");
    System.clearProperty(CACHE);
    assertThat(practise().err()).contains("only the launcher knows where");
  }

  @Test
  void refusesToPractiseForNothingOrForEver() {
    for (String seconds : new String[] {"0", "601", "-1"}) {
      Shell.Result result = Shell.run("warm-start", "--seconds=" + seconds);
      assertThat(result.exitCode()).as(seconds).isEqualTo(ExitCode.USAGE);
      assertThat(result.err()).contains("allowed are 1 to 600");
    }
  }
}
