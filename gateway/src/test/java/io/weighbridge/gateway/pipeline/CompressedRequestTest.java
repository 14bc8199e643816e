package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.CallOptions;
import io.grpc.Codec;
import io.grpc.Compressor;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CompressedRequestTest {
  private static final int LIMIT = 1 << 20;
  private static final Metadata.Key<String> ACCEPTED =
      Metadata.Key.of("grpc-accept-encoding", Metadata.ASCII_STRING_MARSHALLER);

  private PathHarness path;
  private FakeHost host;
  private ManagedChannel channel;

  /** Says it compresses, and writes what it is given to write. */
  private record Pretended(String name, String instead) implements Compressor {
    @Override
    public String getMessageEncoding() {
      return name;
    }

    @Override
    public OutputStream compress(OutputStream out) {
      return new OutputStream() {
        @Override
        public void write(int b) {}

        @Override
        public void close() throws java.io.IOException {
          out.write(instead.getBytes(US_ASCII));
          out.close();
        }
      };
    }
  }

  @BeforeEach
  void start() throws Exception {
    path = new PathHarness(PathHarness.limits());
    host = new FakeHost(PathHarness.DIGEST);
    path.serve(PathHarness.DIGEST, host);
    CompressorRegistry registry = CompressorRegistry.newEmptyInstance();
    registry.register(new Codec.Gzip());
    registry.register(new Pretended("snappy", "anything"));
    registry.register(new Pretended("deflate", "no zlib"));
    channel =
        NettyChannelBuilder.forAddress(path.address)
            .usePlaintext()
            .maxInboundMessageSize(64 << 20)
            .compressorRegistry(registry)
            .build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    path.close();
    host.close();
  }

  private <R> Conversation<ModelInferRequest, R> call(
      MethodDescriptor<ModelInferRequest, R> method, String encoding) {
    CallOptions options = CallOptions.DEFAULT.withCompression(encoding);
    return new Conversation<>(channel, method, options, Conversation.key()).compressed();
  }

  private Conversation<ModelInferRequest, ModelInferResponse> call(String encoding) {
    return call(GRPCInferenceServiceGrpc.getModelInferMethod(), encoding);
  }

  private static ModelInferRequest request(int bytes, boolean zeros) {
    byte[] tensor = new byte[bytes];
    if (!zeros) {
      new Random(bytes).nextBytes(tensor);
    }
    return ModelInferRequest.newBuilder()
        .setModelName("m")
        .setId("r")
        .addRawInputContents(ByteString.copyFrom(tensor))
        .build();
  }

  /** A request that is this long as a message. */
  private static ModelInferRequest sized(int messageBytes, boolean zeros) {
    int around = request(messageBytes - 20, zeros).getSerializedSize() - (messageBytes - 20);
    return request(messageBytes - around, zeros);
  }

  private static String sha256(byte[] bytes) throws Exception {
    return FakeLane.hex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void reachesTheHostInflatedAndIsRecordedInflated() throws Exception {
    for (boolean zeros : new boolean[] {true, false}) {
      for (int size : new int[] {0, 1000, 40_000, 300_000, 900_000}) {
        path.lane.records.clear();
        ModelInferRequest request = request(size, zeros);
        var call = call("gzip").say(request);
        call.halfClose();
        ModelInferResponse answer = call.hear();

        assertThat(call.end().isOk()).isTrue();
        assertThat(answer.getModelVersion()).isEqualTo("1");
        assertThat(answer.getRawOutputContentsList()).isEqualTo(request.getRawInputContentsList());
        FakeLane.Seen record = path.lane.records.get(0);
        assertThat(record.requestBytes()).isEqualTo(request.getSerializedSize());
        assertThat(record.requestSha256()).isEqualTo(sha256(request.toByteArray()));
        assertThat(host.metadata.get(0).keys()).doesNotContain("grpc-encoding");
      }
    }
  }

  @Test
  void mayInflateToTheLimitAndNoByteMore() throws Exception {
    for (boolean zeros : new boolean[] {true, false}) {
      ModelInferRequest most = sized(LIMIT, zeros);
      assertThat(most.getSerializedSize()).isEqualTo(LIMIT);
      var good = call("gzip").say(most);
      good.halfClose();
      assertThat(good.hear().getRawOutputContents(0)).isEqualTo(most.getRawInputContents(0));

      var over = call("gzip").say(sized(LIMIT + 1, zeros));
      over.halfClose();
      Status refused = over.end();
      assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(refused.getDescription()).startsWith("message_too_large: inflates to more than");
    }
  }

  @Test
  void stopsABomb() throws Exception {
    var bomb = call("gzip").say(request(200 << 20, true));
    bomb.halfClose();

    assertThat(bomb.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(host.requests).isEmpty();
  }

  @Test
  void saysWhichEncodingsItKnows() throws Exception {
    var call = call("snappy").say(request(1, true));
    call.halfClose();

    assertThat(call.end().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    assertThat(call.trailers.get(ACCEPTED)).isEqualTo("identity,deflate,gzip");
  }

  @Test
  void refusesWhatIsNotCompressedTheWayItSays() throws Exception {
    var call = call("deflate").say(request(1, true));
    call.halfClose();

    Status refused = call.end();
    assertThat(refused.getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(refused.getDescription()).startsWith("framing_malformed: not compressed");
  }

  @Test
  void walksEveryCompressedMessageOfAStream() throws Exception {
    var stream = call(GRPCInferenceServiceGrpc.getModelStreamInferMethod(), "gzip");
    for (int size : new int[] {10, 500_000, 20}) {
      assertThat(stream.say(request(size, false)).hear().getInferResponse().getModelVersion())
          .isEqualTo("1");
    }
    var denied = stream.say(request(400_000, false).toBuilder().setModelName("secret").build());
    assertThat(denied.hear().getErrorMessage()).startsWith("permission_denied");
    assertThat(stream.say(request(5, false)).hear().getErrorMessage()).isEmpty();
    stream.halfClose();

    assertThat(stream.end().isOk()).isTrue();
    assertThat(host.requests).hasSize(4);
  }

  @Test
  void inflatesLittleForWhoeverNeedsNoKey() throws Exception {
    var method =
        FakeService.method("Echo").toBuilder()
            .setFullMethodName("inference.GRPCInferenceService/ServerLive")
            .build();
    CallOptions gzip = CallOptions.DEFAULT.withCompression("gzip");
    var most = new Conversation<>(channel, method, gzip, new Metadata()).compressed();
    most.say(new byte[32 << 10]).halfClose();
    assertThat(most.hear()).isEqualTo(new byte[] {8, 1});
    assertThat(most.end().isOk()).isTrue();

    var over = new Conversation<>(channel, method, gzip, new Metadata()).compressed();
    over.say(new byte[(32 << 10) + 1]).halfClose();
    assertThat(over.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  @Test
  void givesBackWhatACancelledRequestHeld() throws Exception {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(new byte[900_000]);
    }
    byte[] unfinished = Arrays.copyOf(compressed.toByteArray(), compressed.size() - 8);
    byte[] message = RawConnection.message(1, compressed.size(), unfinished);
    // Together these hold more than three times what the loop may inflate at once.
    try (RawConnection caller = new RawConnection(path.address)) {
      int stream = 1;
      for (; stream < 2 * 60; stream += 2) {
        caller.begin(stream, "ModelInfer", "gzip");
        caller.send(RawConnection.DATA, 0, stream, message);
        caller.send(RawConnection.RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8});
      }
      caller.begin(stream, "ModelInfer", "gzip");
      byte[] garbage = RawConnection.message(1, 9, new byte[9]);
      caller.send(RawConnection.DATA, RawConnection.END_STREAM, stream, garbage);
      // Once this is answered, all before it is dealt with.
      assertThat(caller.next(RawConnection.HEADERS).text()).contains("framing_malformed");
    }
    var good = call("gzip").say(request(900_000, false));
    good.halfClose();
    assertThat(good.hear().getRawOutputContents(0).size()).isEqualTo(900_000);
  }
}
