package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.http2.WireCase.nothing;
import static io.weighbridge.gateway.http2.WireCase.reset;
import static io.weighbridge.gateway.http2.WireCase.resetOrShutOut;
import static io.weighbridge.gateway.http2.WireCase.send;
import static io.weighbridge.gateway.http2.WireCase.shutOut;
import static io.weighbridge.gateway.wire.Frames.CANCEL;
import static io.weighbridge.gateway.wire.Frames.COMPRESSION_ERROR;
import static io.weighbridge.gateway.wire.Frames.ENABLE_PUSH;
import static io.weighbridge.gateway.wire.Frames.END_HEADERS;
import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.ENHANCE_YOUR_CALM;
import static io.weighbridge.gateway.wire.Frames.FLOW_CONTROL_ERROR;
import static io.weighbridge.gateway.wire.Frames.HEADERS;
import static io.weighbridge.gateway.wire.Frames.INITIAL_WINDOW_SIZE;
import static io.weighbridge.gateway.wire.Frames.MAX_PAYLOAD;
import static io.weighbridge.gateway.wire.Frames.PADDED;
import static io.weighbridge.gateway.wire.Frames.PROTOCOL_ERROR;
import static io.weighbridge.gateway.wire.Frames.PUSH_PROMISE;
import static io.weighbridge.gateway.wire.Frames.STREAM_CLOSED;
import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.frame;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.ints;
import static io.weighbridge.gateway.wire.Frames.settings;
import static io.weighbridge.gateway.wire.Frames.windowUpdate;

import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a server may do to us as its client. Stream 3 is open and goes on sending, stream 5 has sent
 * everything.
 */
final class AnswerCases {
  private static final byte[] ANSWER = Hpack.response();
  private static final byte[] TRAILERS = Hpack.block("grpc-status", "0");
  private static final byte[] SOME = {1, 2, 3};

  private AnswerCases() {}

  static List<WireCase> all() {
    return Stream.of(good(), streams(), windows()).flatMap(List::stream).toList();
  }

  private static List<WireCase> good() {
    return List.of(
        new WireCase("8.1", "answer without data", send(headers(5, END_STREAM, ANSWER)), nothing()),
        new WireCase(
            "8.1",
            "answer with data and trailers",
            send(headers(5, 0, ANSWER), data(5, 0, SOME), headers(5, END_STREAM, TRAILERS)),
            nothing()),
        new WireCase(
            "8.1",
            "answer behind some that are none yet",
            send(early(Receiver.INFORMATIONAL_MAX), headers(5, END_STREAM, ANSWER)),
            nothing()),
        new WireCase(
            "8.1",
            "answers that are none yet, without end",
            send(early(Receiver.INFORMATIONAL_MAX + 1)),
            reset(5, ENHANCE_YOUR_CALM)),
        new WireCase(
            "8.1",
            "answer before the request's end",
            send(headers(3, 0, ANSWER), headers(3, END_STREAM, TRAILERS)),
            nothing()),
        new WireCase(
            "6.5.2", "push switched on", send(settings(ENABLE_PUSH, 1)), shutOut(PROTOCOL_ERROR)),
        new WireCase("6.5.2", "push switched off", send(settings(ENABLE_PUSH, 0)), nothing()));
  }

  private static byte[] early(int count) {
    byte[] all = new byte[0];
    for (int i = 0; i < count; i++) {
      all = Frames.concat(all, headers(5, 0, Hpack.literal(":status", "103")));
    }
    return all;
  }

  private static List<WireCase> streams() {
    return List.of(
        new WireCase(
            "6.6",
            "push on an open stream",
            send(frame(PUSH_PROMISE, END_HEADERS, 3, push(2))),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "6.6",
            "push of an odd stream",
            send(frame(PUSH_PROMISE, END_HEADERS, 3, push(99))),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "5.1.1",
            "HEADERS of a stream nobody opened",
            send(headers(99, END_STREAM, ANSWER)),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "5.1.1",
            "HEADERS of an even stream",
            send(headers(2, END_STREAM, ANSWER)),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "5.1", "DATA of an even stream", send(data(2, 0, SOME)), shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "5.1",
            "DATA behind the answer's end",
            send(headers(3, END_STREAM, ANSWER), data(3, 0, SOME)),
            resetOrShutOut(3, STREAM_CLOSED)),
        new WireCase(
            "5.1",
            "HEADERS behind the answer's end",
            send(headers(3, END_STREAM, ANSWER), headers(3, END_STREAM, TRAILERS)),
            resetOrShutOut(3, STREAM_CLOSED)),
        new WireCase(
            "5.1",
            "DATA behind the end of both",
            send(headers(5, END_STREAM, ANSWER), data(5, 0, SOME)),
            resetOrShutOut(5, STREAM_CLOSED)),
        new WireCase("6.4", "reset", send(Frames.reset(3, CANCEL)), nothing()),
        new WireCase(
            "5.4.2",
            "reset twice",
            send(Frames.reset(3, CANCEL), Frames.reset(3, CANCEL)),
            nothing()));
  }

  private static List<WireCase> windows() {
    return List.of(
        new WireCase("6.9", "increment 0", send(windowUpdate(3, 0)), reset(3, PROTOCOL_ERROR)),
        new WireCase(
            "6.9.1",
            "stream window over 2^31-1",
            send(windowUpdate(3, Integer.MAX_VALUE)),
            reset(3, FLOW_CONTROL_ERROR)),
        new WireCase(
            "6.9.2",
            "settings that lift a window over 2^31-1",
            send(windowUpdate(3, 1000), settings(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE)),
            shutOut(FLOW_CONTROL_ERROR)),
        new WireCase(
            "4.3",
            "block broken by DATA",
            send(frame(HEADERS, 0, 5, ANSWER), data(5, 0, SOME)),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "4.3",
            "HPACK index out of bounds",
            send(headers(5, 0, Frames.concat(ANSWER, Hpack.indexed(99)))),
            shutOut(COMPRESSION_ERROR)),
        new WireCase(
            "HPACK 4.2",
            "size behind a field",
            send(headers(5, 0, Frames.concat(ANSWER, Hpack.tableSize(0)))),
            shutOut(COMPRESSION_ERROR)),
        new WireCase(
            "6.1",
            "DATA padded over its length",
            send(headers(5, 0, ANSWER), data(5, PADDED, (byte) 9, (byte) 0)),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "6.9.1",
            "more data than the stream's window",
            send(headers(5, 0, ANSWER)).andThen(peer -> flood(peer, 5)),
            resetOrShutOut(5, FLOW_CONTROL_ERROR)));
  }

  private static void flood(io.weighbridge.gateway.wire.RawPeer peer, int streamId) {
    for (int sent = 0; sent <= TestLimits.STREAM_WINDOW; sent += MAX_PAYLOAD) {
      peer.send(data(streamId, 0, new byte[MAX_PAYLOAD]));
    }
  }

  private static byte[] push(int streamId) {
    return Frames.concat(ints(streamId), Hpack.request("/pushed"));
  }
}
