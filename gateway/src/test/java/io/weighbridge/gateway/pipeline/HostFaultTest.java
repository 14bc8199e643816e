package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import inference.ModelInferRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.upstream.health.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hosts that end calls without a gRPC status. */
class HostFaultTest {
  private PathHarness path;
  private ServerSocket host;

  /** What the host does with each call. */
  private interface Answer {
    void to(RawConnection connection, int streamId) throws IOException;
  }

  @BeforeEach
  void start() throws Exception {
    path = new PathHarness(PathHarness.limits());
    host = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws Exception {
    path.close();
    host.close();
  }

  private Status status(Answer answer) {
    path.serve(null, (InetSocketAddress) host.getLocalSocketAddress());
    Thread serving = Thread.startVirtualThread(() -> serve(answer));
    try {
      return catchThrowableOfType(
              StatusRuntimeException.class,
              () ->
                  path.stub().modelInfer(ModelInferRequest.newBuilder().setModelName("m").build()))
          .getStatus();
    } finally {
      serving.interrupt();
    }
  }

  private void serve(Answer answer) {
    try (Socket accepted = host.accept();
        RawConnection connection = new RawConnection(accepted)) {
      int streamId = connection.next(RawConnection.HEADERS).streamId();
      answer.to(connection, streamId);
      connection.ended();
    } catch (IOException e) {
      // The gateway has closed: the test is over.
      assertThat(path.connections()).isLessThan(2);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, INTERNAL, host_internal",
    "1, INTERNAL, host_internal",
    "2, INTERNAL, host_internal",
    "3, INTERNAL, host_internal",
    "4, INTERNAL, host_internal",
    "5, UNKNOWN, host_protocol_error",
    "6, INTERNAL, host_internal",
    "7, UNAVAILABLE, host_connection_lost",
    "8, CANCELLED, host_cancelled",
    "9, INTERNAL, host_internal",
    "10, INTERNAL, host_internal",
    "11, RESOURCE_EXHAUSTED, host_exhausted",
    "12, PERMISSION_DENIED, host_denied",
    "13, UNKNOWN, host_protocol_error",
    "99, INTERNAL, host_internal"
  })
  void aResetMeansWhatGrpcSays(int errorCode, Status.Code code, String reason) {
    byte[] payload = ByteBuffer.allocate(4).putInt(errorCode).array();
    Status status =
        status((connection, id) -> connection.send(RawConnection.RST_STREAM, 0, id, payload));

    assertThat(status.getCode()).isEqualTo(code);
    assertThat(status.getDescription()).startsWith(reason + ": ");
    assertThat(path.lane.records).last().extracting(FakeLane.Seen::reason).isEqualTo(reason);
  }

  private static byte[] block(String... fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      RawConnection.field(block, fields[i], fields[i + 1]);
    }
    return block.toByteArray();
  }

  private static Answer headers(byte[] block) {
    int flags = RawConnection.END_HEADERS | RawConnection.END_STREAM;
    return (connection, id) -> connection.send(RawConnection.HEADERS, flags, id, block);
  }

  @ParameterizedTest
  @CsvSource({
    "400, INTERNAL, host_internal",
    "401, UNAUTHENTICATED, host_unauthenticated",
    "403, PERMISSION_DENIED, host_denied",
    "404, UNIMPLEMENTED, host_unimplemented",
    "429, UNAVAILABLE, host_unavailable",
    "500, UNKNOWN, host_protocol_error",
    "502, UNAVAILABLE, host_unavailable",
    "503, UNAVAILABLE, host_unavailable",
    "504, UNAVAILABLE, host_unavailable",
    "204, UNKNOWN, host_protocol_error",
    "302, UNKNOWN, host_protocol_error"
  })
  void anHttpStatusMeansWhatGrpcSays(String http, Status.Code code, String reason) {
    Status status = status(headers(block(":status", http, "content-type", "text/html")));

    assertThat(status.getCode()).isEqualTo(code);
    assertThat(status.getDescription()).startsWith(reason + ": the host answered HTTP " + http);
  }

  @ParameterizedTest
  @CsvSource({"200", "400", "503"})
  void aGrpcStatusGoesBeforeAnyOther(String http) {
    Status status =
        status(
            headers(
                block(
                    ":status", http,
                    "content-type", "application/grpc",
                    "grpc-status", "9",
                    "grpc-message", "its own word")));

    assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(status.getDescription()).isEqualTo("its own word");
  }

  @ParameterizedTest
  @CsvSource({
    "0, ANSWERED",
    "2, ERRED",
    "3, ANSWERED",
    "4, NOTHING",
    "5, ANSWERED",
    "8, ANSWERED",
    "12, ANSWERED",
    "13, ERRED",
    "14, BROKE",
    "16, ANSWERED"
  })
  void faultsOfTheRequestAreNotHeldAgainstTheHost(int code, Outcome outcome) {
    assertThat(HostFault.ofStatus(code)).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "HOST_CONNECTION_LOST, BROKE",
    "HOST_PROTOCOL_ERROR, BROKE",
    "HOST_CANCELLED, ERRED",
    "HOST_EXHAUSTED, NOTHING",
    "OVERLOADED, NOTHING",
    "MESSAGE_TOO_LARGE, NOTHING"
  })
  void anEndWithoutAStatusIsHeldAgainstTheHostWhereItIsItsFault(Refusal why, Outcome outcome) {
    assertThat(HostFault.of(why)).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({"-5, ERRED", "-4, BROKE", "-1, BROKE", "2, BROKE", "8, ERRED"})
  void whatTheRequestMayHaveCausedIsNoBreak(long errorCode, Outcome outcome) {
    Refusal why =
        errorCode == ErrorCode.CONNECTION_LOST
            ? Refusal.HOST_CONNECTION_LOST
            : HostFault.ofReset(errorCode);
    assertThat(HostFault.ofReset(errorCode, why)).isEqualTo(outcome);
  }
}
