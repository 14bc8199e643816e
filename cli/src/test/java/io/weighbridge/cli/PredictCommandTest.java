package io.weighbridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.weighbridge.cli.terminal.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code predict} says of a slip of its user, and of calls that fail. */
final class PredictCommandTest {
  private static final int UNAVAILABLE = ExitCode.PREDICT_FAILED + 14;

  private static Shell.Result predict(String... more) {
    List<String> words = new ArrayList<>(List.of("predict", "minilm", "--text", "hello"));
    words.addAll(List.of(more));
    return Shell.run(words.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1:9000",
        "127.0.0.1:9000/",
        "me@127.0.0.1:9000",
        "a/b:9000",
        "a b:9000",
        "[::1:9000",
        "127.0.0.1",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        ":9000"
      })
  void refusesWhatIsNoAddress(String address) {
    Shell.Result result = predict("--gateway", address);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err())
        .contains("--gateway is no address", address, "HOST:PORT, such as 127.0.0.1:9000");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"my header=1", "x-bin=1", "X-BIN=1", "=1", ":path=/", "x=m\u00fcller", "x=\n"})
  void refusesAHeaderThatCannotBeSent(String header) {
    Shell.Result result = predict("--gateway", "127.0.0.1:1", "--header", header);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(result.err())
        .contains("header \"" + header.substring(0, header.indexOf('=')) + "\" cannot be sent");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:1", "[::1]:1", "::1:1", "localhost:1"})
  void takesHeadersAndAddressesThatAreSome(String address) {
    Shell.Result result =
        predict("--gateway", address, "--header", "X-User_id.2=", "--header", "a=b=~");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(UNAVAILABLE);
    assertThat(result.err()).contains("gateway " + address).doesNotContain("said so");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-3"})
  void aCallTakesTime(String seconds) {
    assertThat(predict("--timeout", seconds).exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void whereNobodyAnswersNobodySaidSo() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Shell.Result result =
          predict("--gateway", "127.0.0.1:" + mute.getLocalPort(), "--timeout", "1");
      assertThat(result.exitCode()).isEqualTo(ExitCode.PREDICT_FAILED + 4);
      assertThat(result.err())
          .contains("no reason of its own came", "try: --timeout SECONDS, or --gateway")
          .doesNotContain("said so");
    }
  }

  @Test
  void aReasonOrARecordComesFromTheGateway() throws IOException {
    ErrorInfo reason = ErrorInfo.newBuilder().setReason("overloaded").build();
    StatusRuntimeException refused =
        StatusProto.toStatusRuntimeException(
            com.google.rpc.Status.newBuilder()
                .setCode(Code.UNAVAILABLE_VALUE)
                .addDetails(Any.pack(reason))
                .build());
    assertThat(failing(refused).err()).contains("said so", "docs/errors.md");

    Metadata trailers = new Metadata();
    trailers.put(Metadata.Key.of("weighbridge-record-id", Metadata.ASCII_STRING_MARSHALLER), "r-1");
    assertThat(failing(Status.UNAVAILABLE.asRuntimeException(trailers)).err())
        .contains("why: record r-1", "docs/errors.md");

    assertThat(failing(Status.UNAVAILABLE.asRuntimeException()).err())
        .contains("no reason of its own came")
        .doesNotContain("said so");
  }

  private static Shell.Result failing(StatusRuntimeException failure) throws IOException {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                new GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase() {
                  @Override
                  public void modelInfer(
                      ModelInferRequest request, StreamObserver<ModelInferResponse> responses) {
                    responses.onError(failure);
                  }
                })
            .build()
            .start();
    try {
      Shell.Result result = predict("--gateway", "127.0.0.1:" + server.getPort());
      assertThat(result.exitCode()).isEqualTo(UNAVAILABLE);
      return result;
    } finally {
      server.shutdownNow();
    }
  }
}
