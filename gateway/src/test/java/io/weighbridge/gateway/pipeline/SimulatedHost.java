package io.weighbridge.gateway.pipeline;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.GrpcTimeout;
import io.weighbridge.gateway.grpc.MessageFraming;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.ConnectionListener;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.http2.StreamListener;
import io.weighbridge.gateway.upstream.check.SimulatedChecks.Says;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A model host with moods. Its calls are streams of our own transport. Confined to its loop. */
final class SimulatedHost implements ConnectionListener {
  static final String SAID = "the host says so";
  private static final AsciiString FAILED = AsciiString.of(SAID.replace(" ", "%20"));
  private static final int SHORT_BYTES = 3_000;
  private static final int LONG_BYTES = 300_000;

  /** What a host does with one call. */
  private enum Deed {
    ANSWER,
    ANSWER_SLOWLY,
    FAIL,
    RESET,
    REFUSE,
    NEVER,
    CUT_SHORT,
    NO_STATUS,
    OTHER_DIGEST,
    /** Says that it is unavailable. */
    UNAVAILABLE,
    LEAVE,
    HANG_UP
  }

  private static final List<Deed> DEEDS = List.of(Deed.values());
  private static final long[] RESETS = {
    ErrorCode.NO_ERROR,
    ErrorCode.INTERNAL_ERROR,
    ErrorCode.CANCEL,
    ErrorCode.ENHANCE_YOUR_CALM,
    ErrorCode.REFUSED_STREAM
  };

  /** How a host is for a while. */
  enum Mood {
    MOODY,
    WELL,
    FAILS_THIRTY_PERCENT,
    TEN_TIMES_SLOWER,
    /** Ten times slower in three calls of a hundred. */
    SLOW_NOW_AND_THEN,
    HANGS,
    /** Nothing listens at its address. */
    DEAD
  }

  private final SimulatedLoop loop;

  final List<Channel> channels = new ArrayList<>();

  /** Calls that arrived. */
  int accepted;

  Mood mood = Mood.MOODY;

  /** What it says it is, whatever it is. */
  Says says = Says.READY;

  /** Longest pause before it says something. */
  int pauseMsMax = 300;

  /** Calls it works on at a time; others wait for their turn. */
  int workers = Integer.MAX_VALUE;

  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private int working;

  /** Calls whose headers arrived, by their keys: how often. */
  final Map<String, Integer> seen = new HashMap<>();

  SimulatedHost(SimulatedLoop loop) {
    this.loop = loop;
  }

  /** Asked whether it is ready. */
  Says asked() {
    return switch (mood) {
      case DEAD -> Says.UNREACHABLE;
      case HANGS -> Says.NOTHING;
      default -> says;
    };
  }

  /** Closes every connection. */
  void hangUp() {
    for (Channel channel : channels) {
      var _ = channel.close();
    }
  }

  private void work(Runnable what) {
    if (working >= workers) {
      waiting.add(what);
      return;
    }
    working++;
    loop.after(
        slower() * loop.someMs(pauseMsMax),
        () -> {
          working--;
          what.run();
          Runnable next = waiting.poll();
          if (next != null) {
            work(next);
          }
        });
  }

  private int slower() {
    boolean slow =
        mood == Mood.TEN_TIMES_SLOWER || (mood == Mood.SLOW_NOW_AND_THEN && loop.happens(3));
    return slow ? 10 : 1;
  }

  private Deed any() {
    return switch (mood) {
      case MOODY -> loop.happens(80) ? Deed.ANSWER : DEEDS.get(loop.random.nextInt(DEEDS.size()));
      case WELL, TEN_TIMES_SLOWER, SLOW_NOW_AND_THEN -> Deed.ANSWER;
      case FAILS_THIRTY_PERCENT -> loop.happens(30) ? Deed.UNAVAILABLE : Deed.ANSWER;
      case HANGS -> Deed.NEVER;
      case DEAD -> Deed.HANG_UP;
    };
  }

  @Override
  public void ready(Connection connection) {
    // Callers open the streams.
  }

  @Override
  public StreamListener accept(Connection connection, int streamId) {
    accepted++;
    return new HostCall(connection, streamId, any());
  }

  @Override
  public void goingAway(Connection connection) {
    // Those open finish.
  }

  @Override
  public void closed() {
    // The calls hear of it one by one.
  }

  @Override
  public void refused(Connection by) {
    // The gateway keeps to its limits, or its calls show it.
  }

  @Override
  public void violated(Connection connection, long errorCode) {
    // The line may have changed a byte.
  }

  private final class HostCall implements StreamListener {
    private final Connection connection;
    private final int streamId;
    private final Deed deed;
    private final MessageFraming framing = new MessageFraming();
    private final ByteBuf message = loop.allocator.buffer();
    private boolean streamed;
    private boolean headed;
    private boolean over;

    HostCall(Connection connection, int streamId, Deed deed) {
      this.connection = connection;
      this.streamId = streamId;
      this.deed = deed;
    }

    @Override
    public void headers(HeaderBlock headers, boolean endStream) {
      AsciiString key = headers.find(SimulatedCall.KEY);
      AsciiString path = headers.find(GrpcNames.PATH);
      streamed = path != null && path.toString().endsWith("ModelStreamInfer");
      if (key != null) {
        seen.merge(key.toString(), 1, Integer::sum);
      }
      AsciiString timeout = headers.find(GrpcNames.GRPC_TIMEOUT);
      if (timeout != null) {
        // Gives up when it is told to, as stock servers do.
        loop.after(GrpcTimeout.parseNs(timeout), () -> reset(ErrorCode.CANCEL));
      }
      switch (deed) {
        case REFUSE -> reset(ErrorCode.REFUSED_STREAM);
        case LEAVE -> connection.drain();
        case HANG_UP -> later(connection::close);
        case RESET -> later(() -> reset(RESETS[loop.random.nextInt(RESETS.length)]));
        default -> {
          // Once it has heard more.
        }
      }
      if (endStream) {
        ended();
      }
    }

    private void later(Runnable what) {
      loop.after(slower() * loop.someMs(pauseMsMax), what);
    }

    private void reset(long errorCode) {
      if (!over) {
        over();
        connection.reset(streamId, errorCode);
      }
    }

    private void over() {
      if (!over) {
        over = true;
        message.release();
      }
    }

    @Override
    public void data(ByteBuf data, boolean endStream) {
      int byteCount = data.readableBytes();
      if (loop.happens(80)) {
        connection.credit(streamId, byteCount);
      } else {
        later(() -> connection.credit(streamId, byteCount));
      }
      for (int at = data.readerIndex(); !over; at = framing.nextOffset()) {
        MessageFraming.Piece piece = framing.next(data, at);
        if (piece == MessageFraming.Piece.NONE || piece == MessageFraming.Piece.BAD_FLAG) {
          break;
        }
        message.writeBytes(data, framing.pieceOffset(), framing.pieceBytes());
        if (framing.messageComplete()) {
          asked();
        }
      }
      if (endStream) {
        ended();
      }
    }

    /** A message is here. */
    private void asked() {
      byte[] bytes = new byte[message.readableBytes()];
      message.readBytes(bytes).clear();
      String id = id(bytes);
      if (streamed && deed != Deed.NEVER) {
        ModelInferResponse response = ModelInferResponse.newBuilder().setId(id).build();
        byte[] answer =
            ModelStreamInferResponse.newBuilder().setInferResponse(response).build().toByteArray();
        later(() -> say(answer));
      }
    }

    private static String id(byte[] request) {
      try {
        return ModelInferRequest.parseFrom(request).getId();
      } catch (InvalidProtocolBufferException e) {
        return "not a request: the line changed it";
      }
    }

    /** The caller has said all. */
    private void ended() {
      if (over || deed == Deed.NEVER) {
        return;
      }
      byte[] answer =
          ModelInferResponse.newBuilder()
              .addRawOutputContents(
                  ByteString.copyFrom(
                      new byte[loop.random.nextInt(loop.happens(10) ? LONG_BYTES : SHORT_BYTES)]))
              .build()
              .toByteArray();
      work(() -> finish(answer));
    }

    private void finish(byte[] answer) {
      if (over) {
        return;
      }
      switch (deed) {
        case FAIL -> end(headed ? new HeaderBlock() : head(), "9");
        case UNAVAILABLE -> end(headed ? new HeaderBlock() : head(), "14");
        case NO_STATUS -> {
          sayHead();
          connection.sendData(streamId, frame(answer, answer.length), true, 0);
          over();
        }
        case CUT_SHORT -> {
          sayHead();
          connection.sendData(streamId, frame(answer, answer.length / 2), false, 0);
          end(new HeaderBlock(), "0");
        }
        case ANSWER_SLOWLY -> {
          sayHead();
          ByteBuf frame = frame(answer, answer.length);
          connection.sendData(streamId, frame.readRetainedSlice(3), false, 0);
          later(() -> {
            connection.sendData(streamId, frame, false, 0);
            end(new HeaderBlock(), "0");
          });
        }
        default -> {
          if (!streamed) {
            say(answer);
          }
          sayHead();
          end(new HeaderBlock(), "0");
        }
      }
    }

    private void say(byte[] answer) {
      if (!over) {
        sayHead();
        connection.sendData(streamId, frame(answer, answer.length), false, 0);
      }
    }

    private ByteBuf frame(byte[] answer, int byteCount) {
      return loop.allocator
          .buffer()
          .writeByte(0)
          .writeInt(answer.length)
          .writeBytes(answer, 0, byteCount);
    }

    private void sayHead() {
      if (!headed) {
        headed = true;
        connection.sendHeaders(streamId, head(), false);
      }
    }

    private HeaderBlock head() {
      String digest = deed == Deed.OTHER_DIGEST ? "sha256:" + "cd".repeat(32) : PathHarness.DIGEST;
      return new HeaderBlock()
          .add(GrpcNames.STATUS, GrpcNames.STATUS_OK)
          .add(GrpcNames.CONTENT_TYPE, GrpcNames.APPLICATION_GRPC)
          .add(GrpcNames.MODEL_DIGEST, AsciiString.of(digest))
          .add(GrpcNames.BOOT_ID, AsciiString.of(FakeHost.BOOT_ID))
          .add(GrpcNames.LOAD_GENERATION, AsciiString.of("1"));
    }

    private void end(HeaderBlock block, String status) {
      block.add(GrpcNames.GRPC_STATUS, AsciiString.of(status));
      if (!status.equals("0")) {
        block.add(GrpcNames.GRPC_MESSAGE, FAILED);
      }
      over();
      connection.sendHeaders(streamId, block, true);
    }

    @Override
    public void sent(int receiptBytes) {
      // Receipts are not asked for.
    }

    @Override
    public void reset(long errorCode, boolean unseen) {
      over();
    }
  }
}
