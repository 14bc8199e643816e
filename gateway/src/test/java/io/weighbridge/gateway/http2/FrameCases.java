package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.http2.WireCase.answered;
import static io.weighbridge.gateway.http2.WireCase.resetOrShutOut;
import static io.weighbridge.gateway.http2.WireCase.send;
import static io.weighbridge.gateway.http2.WireCase.shutOut;
import static io.weighbridge.gateway.wire.Frames.CANCEL;
import static io.weighbridge.gateway.wire.Frames.END_HEADERS;
import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.FRAME_SIZE_ERROR;
import static io.weighbridge.gateway.wire.Frames.HEADERS;
import static io.weighbridge.gateway.wire.Frames.MAX_PAYLOAD;
import static io.weighbridge.gateway.wire.Frames.PADDED;
import static io.weighbridge.gateway.wire.Frames.PRIORITISED;
import static io.weighbridge.gateway.wire.Frames.PROTOCOL_ERROR;
import static io.weighbridge.gateway.wire.Frames.continuation;
import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.frame;
import static io.weighbridge.gateway.wire.Frames.goAway;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.ints;
import static io.weighbridge.gateway.wire.Frames.ping;
import static io.weighbridge.gateway.wire.Frames.priority;
import static io.weighbridge.gateway.wire.Frames.settings;
import static io.weighbridge.gateway.wire.Frames.windowUpdate;

import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import io.weighbridge.gateway.wire.RawPeer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What padding, sizes and pieces of header blocks must do on a server. */
final class FrameCases {
  private static final byte[] ECHO = Hpack.request("/echo");
  private static final byte[] HOLD = Hpack.request("/hold");
  private static final byte[] SOME = {1, 2, 3, 4};

  private FrameCases() {}

  static List<WireCase> all() {
    return Stream.of(padding(), sizes(), goodBlocks(), brokenBlocks())
        .flatMap(List::stream)
        .toList();
  }

  private static List<WireCase> padding() {
    byte[] open = headers(1, 0, ECHO);
    return List.of(
        new WireCase(
            "6.1", "padded DATA", send(open, data(1, PADDED | 1, pad(SOME, 3))), echoed(4)),
        new WireCase(
            "6.1",
            "DATA of only padding",
            send(open, data(1, PADDED | 1, pad(new byte[0], 255))),
            echoed(0)),
        new WireCase(
            "6.1",
            "DATA padded by nothing",
            send(open, data(1, PADDED | 1, pad(SOME, 0))),
            echoed(4)),
        new WireCase(
            "6.1",
            "DATA padded over its length",
            send(open, data(1, PADDED | 1, (byte) 5, (byte) 0, (byte) 0)),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "6.1",
            "DATA padded to its length",
            send(open, data(1, PADDED | 1, (byte) 3, (byte) 0, (byte) 0)),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "6.1",
            "padded DATA without room for it",
            send(open, data(1, PADDED | 1)),
            resetOrShutOut(1, PROTOCOL_ERROR, FRAME_SIZE_ERROR)),
        new WireCase(
            "6.2", "padded HEADERS", send(headers(1, PADDED | 1, pad(ECHO, 9))), answered(1)),
        new WireCase(
            "6.2",
            "HEADERS padded over their length",
            send(headers(1, PADDED | 1, over(ECHO))),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "6.2",
            "padded HEADERS without room for it",
            send(headers(1, PADDED | 1)),
            shutOut(PROTOCOL_ERROR, FRAME_SIZE_ERROR)),
        new WireCase(
            "6.2",
            "padded HEADERS with priority",
            send(headers(1, PADDED | PRIORITISED | 1, pad(withPriority(ECHO), 5))),
            answered(1)),
        new WireCase(
            "6.2",
            "HEADERS too short for their priority",
            send(headers(1, PRIORITISED | 1, new byte[4])),
            shutOut(FRAME_SIZE_ERROR, PROTOCOL_ERROR)),
        new WireCase(
            "6.2",
            "padding that eats the priority",
            send(headers(1, PADDED | PRIORITISED | 1, pad(new byte[3], 4))),
            shutOut(FRAME_SIZE_ERROR, PROTOCOL_ERROR)));
  }

  private static List<WireCase> sizes() {
    byte[] open = headers(1, 0, Hpack.request("/sink"));
    return List.of(
        new WireCase(
            "4.2",
            "DATA of 16384 bytes",
            send(open, data(1, 1, new byte[MAX_PAYLOAD])),
            answered(1)),
        new WireCase(
            "4.2",
            "DATA of 16385 bytes",
            send(open, data(1, 1, new byte[MAX_PAYLOAD + 1])),
            resetOrShutOut(1, FRAME_SIZE_ERROR)),
        new WireCase(
            "4.2",
            "HEADERS of 16385 bytes",
            send(headers(1, 1, new byte[MAX_PAYLOAD + 1])),
            shutOut(FRAME_SIZE_ERROR)),
        new WireCase(
            "4.2",
            "CONTINUATION of 16385 bytes",
            send(
                frame(HEADERS, 1, 1, ECHO),
                continuation(1, END_HEADERS, new byte[MAX_PAYLOAD + 1])),
            shutOut(FRAME_SIZE_ERROR)),
        new WireCase("4.1", "byte by byte", FrameCases::trickle, answered(1)),
        new WireCase(
            "4.1", "unknown flags of HEADERS", send(headers(1, 0xd2 | 1, ECHO)), answered(1)),
        new WireCase(
            "4.1", "reserved bit of a stream", send(headers(1 | 1 << 31, 1, ECHO)), answered(1)));
  }

  private static List<WireCase> goodBlocks() {
    byte[] half = Arrays.copyOf(ECHO, ECHO.length / 2);
    byte[] rest = Arrays.copyOfRange(ECHO, half.length, ECHO.length);
    byte[] first = frame(HEADERS, END_STREAM, 1, half);
    return List.of(
        new WireCase(
            "6.10", "block in two frames", send(first, continuation(1, 4, rest)), answered(1)),
        new WireCase("6.10", "block in ten frames", FrameCases::inTen, answered(1)),
        new WireCase(
            "6.10",
            "block that begins empty",
            send(frame(HEADERS, END_STREAM, 1), continuation(1, 4, ECHO)),
            answered(1)),
        new WireCase(
            "6.10",
            "block that ends empty",
            send(frame(HEADERS, END_STREAM, 1, ECHO), continuation(1, 4)),
            answered(1)),
        new WireCase(
            "6.10",
            "trailers in two frames",
            send(
                headers(1, 0, Hpack.request("/echo")),
                frame(HEADERS, END_STREAM, 1, Hpack.block("x", "y")),
                continuation(1, END_HEADERS, Hpack.block("z", "y"))),
            answered(1)),
        new WireCase(
            "6.10",
            "padded HEADERS, then the rest",
            send(frame(HEADERS, PADDED | END_STREAM, 1, pad(half, 7)), continuation(1, 4, rest)),
            answered(1)));
  }

  private static List<WireCase> brokenBlocks() {
    byte[] begun = frame(HEADERS, END_STREAM, 1, Arrays.copyOf(ECHO, 5));
    return List.of(
        broken("PING", begun, ping(1)),
        broken("SETTINGS", begun, settings()),
        broken("WINDOW_UPDATE", begun, windowUpdate(0, 1)),
        broken("PRIORITY", begun, priority(1, 0)),
        broken("DATA of the stream", begun, data(1, 0, SOME)),
        broken("HEADERS of the stream", begun, headers(1, 0, ECHO)),
        broken("HEADERS of another stream", begun, headers(3, 0, ECHO)),
        broken("RST_STREAM of the stream", begun, Frames.reset(1, CANCEL)),
        broken("GOAWAY", begun, goAway(0, 0)),
        broken("CONTINUATION of another stream", begun, continuation(3, END_HEADERS, ECHO)),
        broken("CONTINUATION of stream 0", begun, continuation(0, END_HEADERS, ECHO)),
        broken("an unknown frame", begun, frame(0x16, 0, 1, SOME)),
        broken("an unknown frame of stream 0", begun, frame(0x16, 0, 0, SOME)),
        new WireCase(
            "6.10",
            "CONTINUATION after the block's end",
            send(headers(1, 0, HOLD), continuation(1, END_HEADERS, HOLD)),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "6.10",
            "CONTINUATION after a CONTINUATION that ended",
            send(frame(HEADERS, 0, 1, HOLD), continuation(1, 4), continuation(1, 4)),
            shutOut(PROTOCOL_ERROR)),
        new WireCase(
            "6.10",
            "CONTINUATION after DATA",
            send(headers(1, 0, HOLD), data(1, 0, SOME), continuation(1, END_HEADERS)),
            shutOut(PROTOCOL_ERROR)));
  }

  private static WireCase broken(String by, byte[] begun, byte[] intruder) {
    return new WireCase(
        "4.3", "block broken by " + by, send(begun, intruder), shutOut(PROTOCOL_ERROR));
  }

  private static void trickle(RawPeer peer) {
    for (byte each : headers(1, END_STREAM, ECHO)) {
      peer.send(new byte[] {each});
    }
  }

  private static void inTen(RawPeer peer) {
    int part = ECHO.length / 9;
    byte[] all = frame(HEADERS, END_STREAM, 1, Arrays.copyOf(ECHO, part));
    for (int at = part; at < ECHO.length; at += part) {
      int end = Math.min(ECHO.length, at + part);
      int flags = end == ECHO.length ? END_HEADERS : 0;
      all = Frames.concat(all, continuation(1, flags, Arrays.copyOfRange(ECHO, at, end)));
    }
    peer.send(all);
  }

  private static byte[] pad(byte[] content, int byteCount) {
    return Frames.concat(new byte[] {(byte) byteCount}, content, new byte[byteCount]);
  }

  private static byte[] over(byte[] content) {
    return Frames.concat(new byte[] {(byte) (content.length + 1)}, content);
  }

  private static byte[] withPriority(byte[] block) {
    return Frames.concat(ints(0), new byte[] {1}, block);
  }

  private static Consumer<RawPeer> echoed(int byteCount) {
    return peer -> {
      peer.awaitHeaders(1);
      peer.awaitData(1, byteCount);
      peer.probe();
      peer.sawNoError();
    };
  }
}
