package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.http2.WireCase.answered;
import static io.weighbridge.gateway.http2.WireCase.nothing;
import static io.weighbridge.gateway.http2.WireCase.reset;
import static io.weighbridge.gateway.http2.WireCase.resetOrShutOut;
import static io.weighbridge.gateway.http2.WireCase.send;
import static io.weighbridge.gateway.http2.WireCase.shutOut;
import static io.weighbridge.gateway.wire.Frames.CANCEL;
import static io.weighbridge.gateway.wire.Frames.END_HEADERS;
import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.FLOW_CONTROL_ERROR;
import static io.weighbridge.gateway.wire.Frames.FRAME_SIZE_ERROR;
import static io.weighbridge.gateway.wire.Frames.GOAWAY;
import static io.weighbridge.gateway.wire.Frames.PRIORITISED;
import static io.weighbridge.gateway.wire.Frames.PRIORITY;
import static io.weighbridge.gateway.wire.Frames.PROTOCOL_ERROR;
import static io.weighbridge.gateway.wire.Frames.PUSH_PROMISE;
import static io.weighbridge.gateway.wire.Frames.RST_STREAM;
import static io.weighbridge.gateway.wire.Frames.STREAM_CLOSED;
import static io.weighbridge.gateway.wire.Frames.continuation;
import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.frame;
import static io.weighbridge.gateway.wire.Frames.goAway;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.ints;
import static io.weighbridge.gateway.wire.Frames.priority;
import static io.weighbridge.gateway.wire.Frames.windowUpdate;

import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import io.weighbridge.gateway.wire.RawPeer;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What the frames of a stream must do on a server, in every state of the stream. */
final class StreamCases {
  private static final byte[] SOME = {1, 2, 3, 4};
  private static final byte[] ECHO = Hpack.request("/echo");

  /** A stream that is held open: half-closed (remote) when it ended. */
  private static final byte[] HOLD = Hpack.request("/hold");

  private StreamCases() {}

  static List<WireCase> all() {
    return Stream.of(good(), halfClosed(), closed(), identifiers(), priorities())
        .flatMap(List::stream)
        .toList();
  }

  private static List<WireCase> good() {
    return List.of(
        new WireCase(
            "8.1", "request without a body", send(headers(1, END_STREAM, ECHO)), answered(1)),
        new WireCase(
            "8.1",
            "request with a body",
            send(headers(1, 0, ECHO), data(1, END_STREAM, SOME)),
            echoed(1, SOME.length)),
        new WireCase(
            "8.1",
            "trailers",
            send(
                headers(1, 0, ECHO),
                data(1, 0, SOME),
                headers(1, END_STREAM, Hpack.block("x", "y"))),
            trailed(1)),
        new WireCase(
            "8.1",
            "trailers without data",
            send(headers(1, 0, ECHO), headers(1, END_STREAM, Hpack.block("x", "y"))),
            trailed(1)),
        new WireCase(
            "6.1",
            "empty DATA that ends",
            send(headers(1, 0, ECHO), data(1, END_STREAM)),
            echoed(1, 0)),
        new WireCase(
            "5.1",
            "two streams at once",
            send(headers(1, 0, ECHO), headers(3, 0, ECHO), data(3, 1, SOME), data(1, 1, SOME)),
            echoed(3, SOME.length).andThen(echoed(1, SOME.length))));
  }

  private static List<WireCase> halfClosed() {
    byte[] held = headers(1, END_STREAM, HOLD);
    return List.of(
        new WireCase(
            "5.1",
            "half-closed: DATA",
            send(held, data(1, 0, SOME)),
            resetOrShutOut(1, STREAM_CLOSED)),
        new WireCase(
            "5.1",
            "half-closed: DATA that ends",
            send(held, data(1, END_STREAM)),
            resetOrShutOut(1, STREAM_CLOSED)),
        new WireCase(
            "5.1",
            "half-closed: HEADERS",
            send(held, headers(1, END_STREAM, Hpack.block("x", "y"))),
            resetOrShutOut(1, STREAM_CLOSED)),
        new WireCase(
            "5.1",
            "half-closed: CONTINUATION",
            send(held, continuation(1, END_HEADERS, ECHO)),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "5.1", "half-closed: WINDOW_UPDATE", send(held, windowUpdate(1, 9)), nothing()),
        new WireCase("5.1", "half-closed: PRIORITY", send(held, priority(1, 0)), nothing()),
        new WireCase(
            "5.1", "half-closed: RST_STREAM", send(held, Frames.reset(1, CANCEL)), nothing()),
        new WireCase(
            "6.9",
            "half-closed: increment 0",
            send(held, windowUpdate(1, 0)),
            reset(1, PROTOCOL_ERROR)),
        new WireCase(
            "6.9.1",
            "half-closed: stream window over 2^31-1",
            send(held, windowUpdate(1, Integer.MAX_VALUE)),
            reset(1, FLOW_CONTROL_ERROR)));
  }

  private static List<WireCase> closed() {
    Consumer<RawPeer> finished =
        send(headers(1, END_STREAM, ECHO)).andThen(peer -> peer.awaitHeaders(1));
    byte[] cancelled = Frames.concat(headers(1, 0, HOLD), Frames.reset(1, CANCEL));
    return List.of(
        new WireCase(
            "5.1",
            "finished: DATA",
            finished.andThen(send(data(1, 0, SOME))),
            resetOrShutOut(1, STREAM_CLOSED)),
        new WireCase(
            "5.1",
            "finished: HEADERS",
            finished.andThen(send(headers(1, END_STREAM, ECHO))),
            resetOrShutOut(1, STREAM_CLOSED)),
        new WireCase(
            "5.1",
            "finished: CONTINUATION",
            finished.andThen(send(continuation(1, END_HEADERS, ECHO))),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "5.1",
            "finished: WINDOW_UPDATE",
            finished.andThen(send(windowUpdate(1, 1))),
            nothing()),
        new WireCase(
            "5.1", "finished: PRIORITY", finished.andThen(send(priority(1, 0))), nothing()),
        new WireCase(
            "5.4.2",
            "finished: RST_STREAM",
            finished.andThen(send(Frames.reset(1, CANCEL))),
            nothing()),
        new WireCase(
            "5.1", "cancelled: DATA", send(cancelled, data(1, 0, SOME)), reset(1, STREAM_CLOSED)),
        new WireCase(
            "5.1",
            "cancelled: HEADERS",
            send(cancelled, headers(1, END_STREAM, ECHO)),
            reset(1, STREAM_CLOSED)),
        new WireCase("5.1", "cancelled: PRIORITY", send(cancelled, priority(1, 0)), nothing()),
        new WireCase(
            "5.1", "cancelled: WINDOW_UPDATE", send(cancelled, windowUpdate(1, 1)), nothing()),
        new WireCase(
            "5.4.2", "cancelled twice", send(cancelled, Frames.reset(1, CANCEL)), nothing()),
        new WireCase(
            "7",
            "unknown error code",
            send(headers(1, 0, HOLD), Frames.reset(1, 0xdead)),
            nothing()));
  }

  private static List<WireCase> identifiers() {
    return List.of(
        new WireCase(
            "5.1.1", "even stream", send(headers(2, END_STREAM, ECHO)), shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "5.1.1",
            "lower stream than before",
            send(headers(5, 0, HOLD), headers(3, END_STREAM, ECHO)),
            shutOut(PROTOCOL_ERROR, STREAM_CLOSED)),
        new WireCase(
            "5.1.1",
            "DATA on a stream passed over",
            send(headers(5, 0, HOLD), data(3, 0, SOME)),
            resetOrShutOut(3, STREAM_CLOSED, PROTOCOL_ERROR)),
        new WireCase(
            "5.1.1",
            "the highest stream",
            send(headers(Integer.MAX_VALUE, END_STREAM, ECHO)),
            answered(Integer.MAX_VALUE)),
        new WireCase(
            "5.1.1",
            "gaps between streams",
            send(headers(1, 0, HOLD), headers(1001, END_STREAM, ECHO)),
            answered(1001)),
        new WireCase(
            "5.1", "DATA on an idle even stream", send(data(2, 0, SOME)), shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "6.6",
            "PUSH_PROMISE from a client",
            send(headers(1, 0, HOLD), frame(PUSH_PROMISE, END_HEADERS, 1, ints(2))),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "6.8",
            "stream open while the client leaves",
            send(headers(1, 0, ECHO), goAway(0, 0), data(1, END_STREAM, SOME)),
            echoedToALeaver(1, SOME.length)),
        new WireCase(
            "6.8",
            "GOAWAY with words",
            send(frame(GOAWAY, 0, 0, Frames.concat(ints(0, 0), new byte[100]))),
            peer -> {}));
  }

  private static List<WireCase> priorities() {
    byte[] onItself = Frames.concat(ints(1), new byte[] {1}, ECHO);
    byte[] onAnother = Frames.concat(ints(11), new byte[] {1}, ECHO);
    return List.of(
        new WireCase(
            "5.3.2",
            "HEADERS that depend on themselves",
            send(headers(1, PRIORITISED | END_STREAM, onItself)),
            resetOrShutOut(1, PROTOCOL_ERROR)),
        new WireCase(
            "5.3.2",
            "PRIORITY that depends on itself",
            send(headers(1, 0, HOLD), priority(1, 1)),
            resetOrShutOut(1, PROTOCOL_ERROR)),
        new WireCase(
            "5.3.2",
            "HEADERS that depend on another stream",
            send(headers(1, PRIORITISED | END_STREAM, onAnother)),
            answered(1)),
        new WireCase(
            "6.3",
            "PRIORITY of 4 bytes",
            send(headers(1, 0, HOLD), frame(PRIORITY, 0, 1, new byte[4])),
            resetOrShutOut(1, FRAME_SIZE_ERROR)),
        new WireCase(
            "6.3",
            "PRIORITY of 6 bytes",
            send(headers(1, 0, HOLD), frame(PRIORITY, 0, 1, new byte[6])),
            resetOrShutOut(1, FRAME_SIZE_ERROR)),
        new WireCase(
            "6.4",
            "RST_STREAM of 3 bytes",
            send(headers(1, 0, HOLD), frame(RST_STREAM, 0, 1, new byte[3])),
            shutOut(FRAME_SIZE_ERROR)),
        new WireCase(
            "6.4",
            "RST_STREAM of 5 bytes",
            send(headers(1, 0, HOLD), frame(RST_STREAM, 0, 1, new byte[5])),
            shutOut(FRAME_SIZE_ERROR)));
  }

  private static Consumer<RawPeer> echoed(int streamId, int byteCount) {
    return peer -> {
      peer.awaitData(streamId, byteCount);
      peer.probe();
      peer.sawNoError();
    };
  }

  private static Consumer<RawPeer> echoedToALeaver(int streamId, int byteCount) {
    return peer -> {
      peer.awaitHeaders(streamId);
      peer.awaitData(streamId, byteCount);
    };
  }

  private static Consumer<RawPeer> trailed(int streamId) {
    return peer -> {
      peer.awaitHeaders(streamId);
      peer.awaitHeaders(streamId);
      peer.probe();
      peer.sawNoError();
    };
  }
}
