package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ServerLiveRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.host.ModelFolders;
import io.weighbridge.host.tensor.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The limits grpc-java leaves open unless told, each seen from the wire. */
class TransportLimitsTest {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EMPTY_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;
  private static final int ENHANCE_YOUR_CALM = 11;

  @TempDir private Path root;
  private TestHost host;

  @BeforeEach
  void start() throws IOException {
    ModelFolders.identity(root, "id", "1", TensorType.BYTES, 1);
    host = new TestHost(root, new Limits(4096, 1 << 20, 8192, 7, 3, 20, 10, 1, 10), 1);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  @Test
  void refusesAMessageBeyondItsSize() {
    assertThat(statusOf(4000).getCode()).isEqualTo(Status.Code.OK);
    assertThat(statusOf(5000).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void refusesMetadataBeyondItsSize() {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("x-long", Metadata.ASCII_STRING_MARSHALLER), "a".repeat(9000));
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                host.client()
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                    .serverLive(ServerLiveRequest.getDefaultInstance()));
    assertThat(error).isNotNull();
    assertThat(host.client().serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
  }

  @Test
  void announcesItsStreamAndHeaderLimits() throws IOException {
    try (Socket socket = open()) {
      byte[] settings = readFrame(socket.getInputStream(), SETTINGS);
      assertThat(setting(settings, 3)).as("MAX_CONCURRENT_STREAMS").isEqualTo(7);
      assertThat(setting(settings, 6)).as("MAX_HEADER_LIST_SIZE").isEqualTo(8192);
    }
  }

  @Test
  void closesConnectionsBeyondTheirNumber() throws IOException {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        Socket socket = open();
        open.add(socket);
        readFrame(socket.getInputStream(), SETTINGS);
      }
      // Writing a preface to it would race with its closing.
      try (Socket fourth = connect()) {
        assertThat(readUntilClosed(fourth)).as("nothing was said to it").isZero();
      }
      open.removeFirst().close();
      Awaitility.await()
          .atMost(10, TimeUnit.SECONDS)
          .ignoreExceptionsInstanceOf(SocketException.class)
          .untilAsserted(() -> {
            try (Socket next = open()) {
              assertThat(readFrame(next.getInputStream(), SETTINGS)).isNotEmpty();
            }
          });
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  @Test
  void sendsAwayAPeerThatResetsStreamsInARow() throws IOException {
    try (Socket socket = open()) {
      OutputStream out = socket.getOutputStream();
      for (int stream = 1; stream < 200; stream += 2) {
        out.write(headers(stream));
        out.write(new byte[] {0, 0, 4, 3, 0, 0, 0, 0, (byte) stream, 0, 0, 0, 8});
      }
      out.flush();
      byte[] goAway = readFrame(socket.getInputStream(), GOAWAY);
      assertThat(goAway[7]).as("error code").isEqualTo((byte) ENHANCE_YOUR_CALM);
    }
  }

  private Status statusOf(int textBytes) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName("id");
    request
        .addInputsBuilder()
        .setName("x")
        .setDatatype("BYTES")
        .addShape(1)
        .getContentsBuilder()
        .addBytesContents(ByteString.copyFromUtf8("a".repeat(textBytes)));
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> host.client().modelInfer(request.build()));
    return error == null ? Status.OK : error.getStatus();
  }

  private Socket open() throws IOException {
    Socket socket = connect();
    socket.getOutputStream().write(PREFACE);
    socket.getOutputStream().write(EMPTY_SETTINGS);
    socket.getOutputStream().flush();
    return socket;
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(host.server.address().getAddress(), host.server.address().getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  /** Headers of a call, without Huffman or indexing of names: literal, never indexed. */
  private static byte[] headers(int stream) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    String[][] fields = {
      {":method", "POST"},
      {":scheme", "http"},
      {":path", "/inference.GRPCInferenceService/ServerLive"},
      {":authority", "h"},
      {"content-type", "application/grpc"},
      {"te", "trailers"}
    };
    for (String[] field : fields) {
      block.write(0x10);
      for (String text : field) {
        block.write(text.length());
        block.write(text.getBytes(StandardCharsets.US_ASCII));
      }
    }
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.write(new byte[] {0, 0, (byte) block.size(), 1, 4, 0, 0, 0, (byte) stream});
    block.writeTo(frame);
    return frame.toByteArray();
  }

  /** Skips to the first frame of this type and gives its payload. */
  private static byte[] readFrame(InputStream in, int type) throws IOException {
    while (true) {
      byte[] head = in.readNBytes(9);
      assertThat(head).as("the peer closed before a frame of type " + type).hasSize(9);
      int length = (head[0] & 0xFF) << 16 | (head[1] & 0xFF) << 8 | (head[2] & 0xFF);
      byte[] payload = in.readNBytes(length);
      if (head[3] == type) {
        return payload;
      }
    }
  }

  private static long readUntilClosed(Socket socket) throws IOException {
    try {
      return socket.getInputStream().readAllBytes().length;
    } catch (SocketException e) {
      return 0; // Reset: closed as well.
    }
  }

  private static long setting(byte[] settings, int id) {
    for (int i = 0; i + 6 <= settings.length; i += 6) {
      if (settings[i + 1] == id) {
        return (settings[i + 2] & 0xFFL) << 24
            | (settings[i + 3] & 0xFFL) << 16
            | (settings[i + 4] & 0xFFL) << 8
            | (settings[i + 5] & 0xFFL);
      }
    }
    return -1;
  }
}
