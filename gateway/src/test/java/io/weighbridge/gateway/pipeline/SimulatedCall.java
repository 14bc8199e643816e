package io.weighbridge.gateway.pipeline;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.MessageFraming;
import io.weighbridge.gateway.grpc.PercentEncoding;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.http2.StreamListener;
import java.util.concurrent.TimeUnit;

/**
 * One call as its caller sees it, and what it holds the gateway to: that it ends once and in time,
 * and that nothing whole arrives before it is recorded. Confined to its loop.
 */
final class SimulatedCall implements StreamListener {
  /** What a caller does with its request. */
  enum Way {
    PLAIN,
    IN_PIECES,
    STREAM,
    /** Leaves in the middle. */
    LEAVES,
    /** Stops sending and waits. */
    STALLS,
    MALFORMED,
    /** More than all its windows hold. */
    LAST
  }

  static final AsciiString KEY = AsciiString.of("x-call");
  private static final AsciiString INFER =
      AsciiString.of("/inference.GRPCInferenceService/ModelInfer");
  private static final AsciiString STREAM_INFER =
      AsciiString.of("/inference.GRPCInferenceService/ModelStreamInfer");
  private static final int LAST_BYTES = 2 << 20;
  private static final int PIECE_BYTES = 1_000;
  private static final int MESSAGES_MAX = 5;
  private static final int PAUSE_MS_MAX = 400;
  private static final int CALM_DEADLINE_MS = 1_000;

  /** A tick of the wheel, a step of the clock to each side of it. */
  private static final long LATE_NS_MAX = TimerWheel.TICK_NS + 2_000_000;

  final String key;
  final Way way;
  private final AsciiString authorization;
  private final SimulatedLoop loop;
  private final SimulatedLane lane;
  private final SimulatedLine line;
  private final Connection connection;
  private final MessageFraming framing = new MessageFraming();
  private final long deadlineMs;
  private final long limitNs;

  /** Takes every answer at once, so that its end is not kept waiting for the caller. */
  private final boolean eager;

  private long openedNs;
  private int streamId = Connection.NO_STREAM;
  private boolean over;
  private String end = "";
  private int answers;

  /** How long it took, once it is over. */
  long durationNs;

  SimulatedCall(
      SimulatedCaller caller,
      Way way,
      SimulatedWorld world,
      Connection connection,
      SimulatedLine line) {
    key = caller.nextKey();
    authorization = caller.authorization;
    this.way = way;
    this.connection = connection;
    this.line = line;
    loop = world.loop;
    lane = world.lane;
    int randomMs = way != Way.LAST && loop.happens(70) ? loop.random.nextInt(2_000) : -1;
    deadlineMs = world.calm ? CALM_DEADLINE_MS : randomMs;
    CallLimits limits = SimulatedWorld.LIMITS;
    eager = world.calm || loop.happens(80);
    limitNs = way == Way.STREAM ? limits.streams().durationMaxNs() : limits.callDurationMaxNs();
  }

  /** Makes the call; false when the connection takes none now. */
  boolean begin() {
    boolean streamed = way == Way.STREAM;
    HeaderBlock block =
        new HeaderBlock()
            .add(GrpcNames.METHOD, GrpcNames.POST)
            .add(GrpcNames.SCHEME, GrpcNames.HTTP)
            .add(GrpcNames.PATH, streamed ? STREAM_INFER : INFER)
            .add(GrpcNames.CONTENT_TYPE, GrpcNames.APPLICATION_GRPC)
            .add(GrpcNames.TE, GrpcNames.TRAILERS)
            .add(GrpcNames.AUTHORIZATION, authorization)
            .add(KEY, AsciiString.of(key))
            .add(GrpcNames.IDEMPOTENCY_KEY, AsciiString.of(key));
    if (deadlineMs >= 0) {
      block.add(GrpcNames.GRPC_TIMEOUT, AsciiString.of(deadlineMs + "m"));
    }
    openedNs = loop.nowNs();
    streamId = connection.open(block, false, this);
    if (streamId == Connection.NO_STREAM) {
      return false;
    }
    if (streamed) {
      sendMessages(1 + loop.random.nextInt(MESSAGES_MAX));
    } else {
      sendOne();
    }
    if (way == Way.LEAVES) {
      later(this::leave);
    }
    return true;
  }

  private void later(Runnable what) {
    loop.after(loop.someMs(PAUSE_MS_MAX), what);
  }

  private void leave() {
    if (!over) {
      over = true;
      connection.reset(streamId, ErrorCode.CANCEL);
    }
  }

  private ByteBuf message(int byteCount) {
    byte[] message =
        ModelInferRequest.newBuilder()
            .setModelName("m")
            .setId(key)
            .addRawInputContents(ByteString.copyFrom(new byte[byteCount]))
            .build()
            .toByteArray();
    if (way == Way.MALFORMED) {
      message[loop.random.nextInt(4)] ^= (byte) (1 + loop.random.nextInt(127));
    }
    return loop.allocator.buffer().writeByte(0).writeInt(message.length).writeBytes(message);
  }

  private void sendMessages(int count) {
    boolean last = count == 1;
    connection.sendData(streamId, message(loop.random.nextInt(2_000)), last, 0);
    if (!last) {
      later(() -> sendMessages(count - 1));
    }
  }

  private void sendOne() {
    int byteCount = loop.random.nextInt(loop.happens(15) ? 150_000 : 1_500);
    ByteBuf frame = message(way == Way.LAST ? LAST_BYTES : byteCount);
    if (way == Way.PLAIN || way == Way.MALFORMED || way == Way.LAST) {
      connection.sendData(streamId, frame, true, 0);
    } else {
      sendPieces(frame);
    }
  }

  /** Takes ownership of {@code frame}. */
  private void sendPieces(ByteBuf frame) {
    boolean stalls = way == Way.STALLS && frame.readableBytes() < PIECE_BYTES;
    if (over || stalls) {
      frame.release();
      return;
    }
    int pieceBytes = Math.min(frame.readableBytes(), PIECE_BYTES * (1 + loop.random.nextInt(40)));
    boolean last = pieceBytes == frame.readableBytes() && way != Way.STALLS;
    connection.sendData(streamId, frame.readRetainedSlice(pieceBytes), last, 0);
    if (last) {
      frame.release();
    } else {
      loop.after(loop.someMs(20), () -> sendPieces(frame));
    }
  }

  @Override
  public void headers(HeaderBlock headers, boolean endStream) {
    expect(!over, "heard after its end");
    AsciiString said = headers.find(GrpcNames.GRPC_STATUS);
    if (said != null) {
      ended(said, headers);
    } else {
      expect(!endStream, "ends without a status");
    }
  }

  @Override
  public void data(ByteBuf data, boolean endStream) {
    expect(!over && !endStream, "data at or after its end");
    for (int at = data.readerIndex(); ; at = framing.nextOffset()) {
      MessageFraming.Piece piece = framing.next(data, at);
      if (piece == MessageFraming.Piece.NONE) {
        break;
      }
      if (framing.messageComplete()) {
        answers++;
        expect(lane.of(key).taken >= answers, "answer " + answers + " came before its record");
      }
    }
    int byteCount = data.readableBytes();
    if (eager) {
      connection.credit(streamId, byteCount);
    } else {
      later(() -> connection.credit(streamId, byteCount));
    }
  }

  private void ended(AsciiString code, HeaderBlock trailers) {
    AsciiString id = trailers.find(GrpcNames.RECORD_ID);
    AsciiString message = trailers.find(GrpcNames.GRPC_MESSAGE);
    String text = message == null ? "" : PercentEncoding.decode(message);
    over(code + " " + text);
    if (code.contentEquals("0")) {
      expect(id != null && lane.took(id.toString()), "OK with the record " + id);
      expect(way == Way.STREAM || answers == 1, "OK with " + answers + " messages");
      expect(framing.atBoundary(), "OK in the middle of a message");
    } else {
      expect(
          text.equals(SimulatedHost.SAID) || isRefusal(text, code.parseInt()),
          "status " + code + ": " + text);
      expect(
          !line.prompt()
              || !text.startsWith(Refusal.HOST_CANCELLED.reason())
              || tookNs() < allowedNs(),
          "its deadline passed, and it was told " + text);
      expect(id == null || lane.took(id.toString()), "refused with the record " + id);
    }
  }

  /** Whether it is a row of the table, and none that only a defect of ours gives. */
  private static boolean isRefusal(String text, int code) {
    for (Refusal refusal : Refusal.values()) {
      if (text.startsWith(refusal.reason() + ":")) {
        return refusal.grpcCode() == code && refusal != Refusal.INTERNAL;
      }
    }
    return false;
  }

  private void over(String how) {
    over = true;
    end = how;
    durationNs = tookNs();
    expect(
        !line.prompt() || !eager || tookNs() <= allowedNs() + LATE_NS_MAX,
        "took " + tookNs() + " ns of " + allowedNs());
  }

  private long tookNs() {
    return loop.nowNs() - openedNs;
  }

  private long allowedNs() {
    return deadlineMs < 0 ? limitNs : Math.min(limitNs, TimeUnit.MILLISECONDS.toNanos(deadlineMs));
  }

  @Override
  public void sent(int receiptBytes) {
    // Receipts are not asked for.
  }

  @Override
  public void reset(long errorCode, boolean unseen) {
    if (!end.isEmpty() && errorCode == ErrorCode.NO_ERROR) {
      // The rest of its request is not wanted.
      return;
    }
    expect(!over, "reset after its end");
    over("reset " + errorCode);
    expect(errorCode == ErrorCode.CONNECTION_LOST || unseen, "reset with " + errorCode);
  }

  /** Once nothing happens any more: it is over, and recorded once if a host heard of it. */
  void judge(int seenByHosts) {
    expect(over, "never ends");
    SimulatedLane.OfCall records = lane.of(key);
    if (way == Way.STREAM || !line.sound()) {
      return;
    }
    int terminal = records.taken + (records.denied > 0 ? 1 : 0);
    expect(terminal <= 1, records.taken + " records taken, " + records.denied + " denied");
    expect(seenByHosts == 0 || terminal == 1, "reached a host and left no record");
    expect(seenByHosts <= 2, "tried " + seenByHosts + " times");
    expect(records.attempts <= 1, "first tries recorded: " + records.attempts);
  }

  /** How it ended: a status and its message, or a reset. */
  String end() {
    return end;
  }

  boolean answeredOk() {
    return end.equals("0 ");
  }

  private void expect(boolean kept, String promise) {
    // Over a line that lost or changed bytes, the caller can tell nothing about the gateway.
    loop.expect(kept || !line.sound(), "call " + key + " (" + way + "): " + promise);
  }
}
