package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.http2.WireCase.nothing;
import static io.weighbridge.gateway.http2.WireCase.send;
import static io.weighbridge.gateway.http2.WireCase.shutOut;
import static io.weighbridge.gateway.wire.Frames.ACK;
import static io.weighbridge.gateway.wire.Frames.CANCEL;
import static io.weighbridge.gateway.wire.Frames.ENABLE_PUSH;
import static io.weighbridge.gateway.wire.Frames.END_HEADERS;
import static io.weighbridge.gateway.wire.Frames.FLOW_CONTROL_ERROR;
import static io.weighbridge.gateway.wire.Frames.FRAME_SIZE_ERROR;
import static io.weighbridge.gateway.wire.Frames.GOAWAY;
import static io.weighbridge.gateway.wire.Frames.HEADER_TABLE_SIZE;
import static io.weighbridge.gateway.wire.Frames.INITIAL_WINDOW_SIZE;
import static io.weighbridge.gateway.wire.Frames.MAX_CONCURRENT_STREAMS;
import static io.weighbridge.gateway.wire.Frames.MAX_FRAME_SIZE;
import static io.weighbridge.gateway.wire.Frames.MAX_HEADER_LIST_SIZE;
import static io.weighbridge.gateway.wire.Frames.MAX_PAYLOAD;
import static io.weighbridge.gateway.wire.Frames.PING;
import static io.weighbridge.gateway.wire.Frames.PROTOCOL_ERROR;
import static io.weighbridge.gateway.wire.Frames.PUSH_PROMISE;
import static io.weighbridge.gateway.wire.Frames.SETTINGS;
import static io.weighbridge.gateway.wire.Frames.WINDOW_UPDATE;
import static io.weighbridge.gateway.wire.Frames.continuation;
import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.frame;
import static io.weighbridge.gateway.wire.Frames.header;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.ints;
import static io.weighbridge.gateway.wire.Frames.ping;
import static io.weighbridge.gateway.wire.Frames.windowUpdate;

import io.weighbridge.gateway.wire.Frame;
import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.RawPeer;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What frames of the connection as a whole must do, whichever side sends them. */
final class CommonCases {
  private static final byte[] EIGHT = new byte[8];

  private CommonCases() {}

  static List<WireCase> all() {
    return Stream.of(framing(), settings(), pings(), goodbyes(), windows(), streamZero())
        .flatMap(List::stream)
        .toList();
  }

  private static List<WireCase> framing() {
    return List.of(
        new WireCase("4.1", "unknown frame type", send(frame(0x16, 0, 0, EIGHT)), nothing()),
        new WireCase(
            "4.1", "unknown frame of 16 KiB", send(frame(0xfe, 0xff, 0, big(0))), nothing()),
        new WireCase("4.1", "unknown flags", send(pingWithFlags(0xfe), ping(7)), answers(7)),
        new WireCase("4.1", "reserved bit", send(frame(PING, 0, 1 << 31, EIGHT)), answers(0)),
        new WireCase(
            "4.2",
            "unknown frame too large",
            send(frame(0x16, 0, 0, big(1))),
            shutOut(FRAME_SIZE_ERROR)),
        new WireCase(
            "4.2",
            "length beyond any limit",
            send(header(0xffffff, PING, 0, 0), EIGHT),
            shutOut(FRAME_SIZE_ERROR)),
        new WireCase(
            "5.5", "unknown frame on a stream", send(frame(0x16, 0, 77, EIGHT)), nothing()),
        new WireCase(
            "6.10", "CONTINUATION out of nowhere", send(continuation(1, END_HEADERS)), protocol()),
        new WireCase(
            "6.10", "CONTINUATION on stream 0", send(continuation(0, END_HEADERS)), protocol()),
        new WireCase(
            "6.3", "PRIORITY of an idle stream", send(Frames.priority(101, 0)), nothing()));
  }

  private static List<WireCase> settings() {
    return List.of(
        new WireCase(
            "6.5", "ACK with content", send(frame(SETTINGS, ACK, 0, new byte[6])), frameSize()),
        new WireCase("6.5", "SETTINGS on a stream", send(frame(SETTINGS, 0, 1)), protocol()),
        new WireCase("6.5", "5 bytes", send(frame(SETTINGS, 0, 0, new byte[5])), frameSize()),
        new WireCase("6.5", "7 bytes", send(frame(SETTINGS, 0, 0, new byte[7])), frameSize()),
        new WireCase("6.5.3", "empty", send(Frames.settings()), acknowledged(1)),
        new WireCase(
            "6.5.3", "two at once", send(Frames.settings(), Frames.settings()), acknowledged(2)),
        new WireCase("6.5.2", "unknown setting", send(Frames.settings(0x4a4a, 9)), acknowledged(1)),
        new WireCase("6.5.2", "push 2", send(Frames.settings(ENABLE_PUSH, 2)), protocol()),
        new WireCase(
            "6.5.2",
            "window 2^31",
            send(Frames.settings(INITIAL_WINDOW_SIZE, 1L << 31)),
            shutOut(FLOW_CONTROL_ERROR)),
        new WireCase(
            "6.5.2",
            "window 2^31-1",
            send(Frames.settings(INITIAL_WINDOW_SIZE, Integer.MAX_VALUE)),
            acknowledged(1)),
        new WireCase(
            "6.5.2", "frame size 16383", send(Frames.settings(MAX_FRAME_SIZE, 16_383)), protocol()),
        new WireCase(
            "6.5.2", "frame size 2^24", send(Frames.settings(MAX_FRAME_SIZE, 1 << 24)), protocol()),
        new WireCase(
            "6.5.2",
            "frame size 2^24-1",
            send(Frames.settings(MAX_FRAME_SIZE, (1 << 24) - 1)),
            acknowledged(1)),
        new WireCase(
            "6.5.2",
            "table of 4 GiB",
            send(Frames.settings(HEADER_TABLE_SIZE, 0xffffffffL)),
            acknowledged(1)),
        new WireCase(
            "6.5.2",
            "header list of 4 GiB",
            send(Frames.settings(MAX_HEADER_LIST_SIZE, 0xffffffffL)),
            acknowledged(1)),
        new WireCase(
            "6.5.2",
            "4 billion streams",
            send(Frames.settings(MAX_CONCURRENT_STREAMS, 0xffffffffL)),
            acknowledged(1)),
        new WireCase(
            "6.5.3",
            "bad value behind good ones",
            send(Frames.settings(HEADER_TABLE_SIZE, 0, MAX_FRAME_SIZE, 0)),
            protocol()));
  }

  private static List<WireCase> pings() {
    return List.of(
        new WireCase(
            "6.7",
            "answered with its content",
            send(ping(0x0123456789abcdefL)),
            answers(0x0123456789abcdefL)),
        new WireCase("6.7", "ACK nobody waits for", send(frame(PING, ACK, 0, EIGHT)), nothing()),
        new WireCase("6.7", "on a stream", send(frame(PING, 0, 1, EIGHT)), protocol()),
        new WireCase("6.7", "7 bytes", send(frame(PING, 0, 0, new byte[7])), frameSize()),
        new WireCase("6.7", "9 bytes", send(frame(PING, 0, 0, new byte[9])), frameSize()),
        new WireCase("6.7", "ACK of 0 bytes", send(frame(PING, ACK, 0)), frameSize()));
  }

  private static List<WireCase> goodbyes() {
    return List.of(
        new WireCase("6.8", "on a stream", send(frame(GOAWAY, 0, 1, EIGHT)), protocol()),
        new WireCase("6.8", "7 bytes", send(frame(GOAWAY, 0, 0, new byte[7])), frameSize()));
  }

  private static List<WireCase> windows() {
    return List.of(
        new WireCase("6.9", "increment 0", send(windowUpdate(0, 0)), protocol()),
        new WireCase(
            "6.9",
            "increment of only the reserved bit",
            send(windowUpdate(0, 1 << 31)),
            protocol()),
        new WireCase("6.9", "3 bytes", send(frame(WINDOW_UPDATE, 0, 0, new byte[3])), frameSize()),
        new WireCase("6.9", "5 bytes", send(frame(WINDOW_UPDATE, 0, 0, new byte[5])), frameSize()),
        new WireCase(
            "6.9.1",
            "window up to 2^31-1",
            send(windowUpdate(0, Integer.MAX_VALUE - 65_535)),
            nothing()),
        new WireCase(
            "6.9.1",
            "window over 2^31-1",
            send(windowUpdate(0, Integer.MAX_VALUE - 65_534)),
            shutOut(FLOW_CONTROL_ERROR)),
        new WireCase(
            "6.9.1",
            "window over 2^31-1 in two steps",
            send(windowUpdate(0, Integer.MAX_VALUE), windowUpdate(0, Integer.MAX_VALUE)),
            shutOut(FLOW_CONTROL_ERROR)),
        new WireCase("6.9", "idle stream", send(windowUpdate(99, 1)), protocol()));
  }

  private static List<WireCase> streamZero() {
    return List.of(
        new WireCase("6.1", "DATA on stream 0", send(data(0, 0, EIGHT)), protocol()),
        new WireCase("6.2", "HEADERS on stream 0", send(headers(0, 0)), protocol()),
        new WireCase("6.3", "PRIORITY on stream 0", send(Frames.priority(0, 3)), protocol()),
        new WireCase("6.4", "RST_STREAM on stream 0", send(Frames.reset(0, CANCEL)), protocol()),
        new WireCase(
            "6.6",
            "PUSH_PROMISE on stream 0",
            send(frame(PUSH_PROMISE, 4, 0, ints(2))),
            protocol()),
        new WireCase(
            "6.4", "RST_STREAM of an idle stream", send(Frames.reset(99, CANCEL)), protocol()),
        new WireCase("5.1", "DATA on an idle stream", send(data(99, 0, EIGHT)), protocol()));
  }

  private static byte[] big(int more) {
    return new byte[MAX_PAYLOAD + more];
  }

  private static byte[] pingWithFlags(int flags) {
    return frame(PING, flags & ~ACK, 0, EIGHT);
  }

  private static Consumer<RawPeer> protocol() {
    return shutOut(PROTOCOL_ERROR);
  }

  private static Consumer<RawPeer> frameSize() {
    return shutOut(FRAME_SIZE_ERROR);
  }

  private static Consumer<RawPeer> answers(long content) {
    return peer ->
        peer.await(
            "PING answer",
            frame ->
                frame.is(PING, 0)
                    && frame.has(ACK)
                    && frame.intAt(0) == (int) (content >> 32)
                    && frame.intAt(4) == (int) content);
  }

  private static Consumer<RawPeer> acknowledged(int times) {
    return peer -> {
      for (int i = 0; i < times; i++) {
        peer.await("settings ack", CommonCases::isAck);
      }
      peer.probe();
      peer.sawNoError();
    };
  }

  private static boolean isAck(Frame frame) {
    return frame.is(SETTINGS, 0) && frame.has(ACK);
  }
}
