package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.http2.WireCase.answered;
import static io.weighbridge.gateway.http2.WireCase.send;
import static io.weighbridge.gateway.http2.WireCase.shutOut;
import static io.weighbridge.gateway.wire.Frames.CANCEL;
import static io.weighbridge.gateway.wire.Frames.COMPRESSION_ERROR;
import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.headers;

import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import java.util.List;
import java.util.stream.Stream;

/** What header compression must do on a server; each case is a block on stream 1, some after it. */
final class HpackCases {
  /** First index behind the static table. */
  private static final int NEWEST = 62;

  private static final int TABLE_MAX = 4_096;
  private static final byte[] ECHO = Hpack.request("/echo");

  private HpackCases() {}

  static List<WireCase> all() {
    return Stream.of(indices(), sizes(), integers(), strings()).flatMap(List::stream).toList();
  }

  private static List<WireCase> indices() {
    return List.of(
        bad("6.1", "index 0", Hpack.indexed(0)),
        bad("2.3.3", "index behind an empty table", Hpack.indexed(NEWEST)),
        bad("2.3.3", "index far out", Hpack.indexed(1_000_000)),
        bad("2.3.3", "name behind an empty table", Hpack.namedBy(NEWEST, "x")),
        bad(
            "2.3.3",
            "index just behind the table",
            with(Hpack.incremental("x", "y"), Hpack.indexed(63))),
        good(
            "2.3.3",
            "index of an entry just made",
            with(Hpack.incremental("x", "y"), Hpack.indexed(NEWEST))),
        good("6.2.3", "never indexed", Hpack.neverIndexed("x-secret", "y")),
        good("6.2.2", "name of the static table", Hpack.namedBy(58, "agent")),
        new WireCase(
            "HPACK 2.3.2",
            "entry of an earlier request",
            send(
                headers(1, 1, with(ECHO, Hpack.incremental("x", "y"))),
                headers(3, 1, with(ECHO, Hpack.indexed(NEWEST)))),
            answered(3)),
        new WireCase(
            "HPACK 2.3.2",
            "entry of a block whose stream was refused",
            send(
                headers(1, 0, Hpack.request("/hold")),
                Frames.reset(1, CANCEL),
                headers(3, 1, with(ECHO, Hpack.incremental("x", "y"))),
                headers(5, 1, with(ECHO, Hpack.indexed(NEWEST)))),
            answered(5)),
        new WireCase(
            "HPACK 4.4",
            "entry that was evicted",
            send(
                headers(1, 1, with(ECHO, Hpack.incremental("first", "y"))),
                headers(3, 1, with(ECHO, filler(), filler())),
                headers(5, 1, with(ECHO, Hpack.indexed(NEWEST + 2)))),
            shutOut(COMPRESSION_ERROR)),
        new WireCase(
            "HPACK 4.4",
            "entries that just fit",
            send(
                headers(1, 1, with(ECHO, filler(), filler())),
                headers(3, 1, with(ECHO, Hpack.indexed(NEWEST + 1)))),
            answered(3)),
        new WireCase(
            "HPACK 4.4",
            "entry larger than the table empties it",
            send(
                headers(1, 1, with(ECHO, Hpack.incremental("x", "y"))),
                headers(3, 1, with(ECHO, Hpack.incremental("x", "v".repeat(TABLE_MAX)))),
                headers(5, 1, with(ECHO, Hpack.indexed(NEWEST)))),
            shutOut(COMPRESSION_ERROR)));
  }

  private static List<WireCase> sizes() {
    return List.of(
        first("6.3", "table of 0", answeredBy(Hpack.tableSize(0)), true),
        first("6.3", "table of its maximum", answeredBy(Hpack.tableSize(TABLE_MAX)), true),
        first(
            "4.2", "two sizes in front", answeredBy(Hpack.tableSize(0), Hpack.tableSize(99)), true),
        first("6.3", "table over its maximum", answeredBy(Hpack.tableSize(TABLE_MAX + 1)), false),
        first("6.3", "table of 2 GiB", answeredBy(Hpack.tableSize(Integer.MAX_VALUE)), false),
        bad("4.2", "size behind a field", Hpack.tableSize(0)),
        bad("4.2", "size between fields", with(Hpack.tableSize(0), Hpack.literal("x", "y"))),
        new WireCase(
            "HPACK 4.3",
            "entry gone with the table",
            send(
                headers(1, 1, with(ECHO, Hpack.incremental("x", "y"))),
                headers(3, 1, with(Hpack.tableSize(0), ECHO, Hpack.indexed(NEWEST)))),
            shutOut(COMPRESSION_ERROR)),
        new WireCase(
            "HPACK 4.3",
            "entry gone though the table grew again",
            send(
                headers(1, 1, with(ECHO, Hpack.incremental("x", "y"))),
                headers(3, 1, with(Hpack.tableSize(0), Hpack.tableSize(TABLE_MAX), ECHO)),
                headers(5, 1, with(ECHO, Hpack.indexed(NEWEST)))),
            shutOut(COMPRESSION_ERROR)),
        new WireCase(
            "HPACK 4.3",
            "newest entry stays when the table shrinks",
            send(
                headers(1, 1, with(ECHO, filler(), Hpack.incremental("x", "y"))),
                headers(3, 1, with(Hpack.tableSize(64), ECHO, Hpack.indexed(NEWEST)))),
            answered(3)));
  }

  private static List<WireCase> integers() {
    byte[] endless = {
      (byte) 0xff, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80
    };
    byte[] overflowing = {(byte) 0xff, -1, -1, -1, -1, 0x7f};
    byte[] hugeLength = {0, 1, 'x', 0x7f, -1, -1, -1, -1, 0x0f};
    return List.of(
        bad("5.1", "index that never ends", endless),
        bad("5.1", "index over 2^32", overflowing),
        bad("5.1", "index cut short", new byte[] {-1}),
        bad("5.1", "index cut short in the middle", new byte[] {-1, -1}),
        bad("5.1", "length over 2^31", hugeLength),
        good("5.1", "index with a zero too many", new byte[] {0x0f, (byte) 0xab, 0, 1, 'x'}),
        bad("6.3", "size that never ends", new byte[] {0x3f, -1, -1, -1, -1, -1, -1}));
  }

  private static List<WireCase> strings() {
    byte[] name = {0};
    return List.of(
        bad("5.2", "name cut short", new byte[] {0, 5, 'a', 'b'}),
        bad("5.2", "value cut short", new byte[] {0, 1, 'x', 5, 'a'}),
        bad("5.2", "no value", new byte[] {0, 1, 'x'}),
        bad("5.2", "no length", name),
        // "a" is 00011, filled up with ones.
        good("5.2", "Huffman", with(name, Hpack.string("x"), Hpack.huffman(0x1f))),
        good("5.2", "Huffman of nothing", with(name, Hpack.string("x"), Hpack.huffman())),
        bad("5.2", "padding of 8 bits", with(name, Hpack.string("x"), Hpack.huffman(0x1f, 0xff))),
        bad("5.2", "padding of zeros", with(name, Hpack.string("x"), Hpack.huffman(0x18))),
        bad("5.2", "padding alone", with(name, Hpack.string("x"), Hpack.huffman(0xff))),
        bad(
            "5.2",
            "end of string inside",
            with(name, Hpack.string("x"), Hpack.huffman(255, 255, 255, 252, 0x1f))),
        bad(
            "5.2",
            "end of string alone",
            with(name, Hpack.string("x"), Hpack.huffman(255, 255, 255, 255))),
        bad(
            "5.2",
            "code that nothing has",
            with(name, Hpack.string("x"), Hpack.huffman(255, 255, 255, 250))));
  }

  /** Half a table: two of these fill it to the last byte. */
  private static byte[] filler() {
    return Hpack.incremental("f", "v".repeat(TABLE_MAX / 2 - 33));
  }

  private static byte[] with(byte[]... parts) {
    return Frames.concat(parts);
  }

  private static byte[] answeredBy(byte[]... lead) {
    return Frames.concat(Frames.concat(lead), ECHO);
  }

  private static WireCase bad(String section, String name, byte[] fields) {
    return new WireCase(
        "HPACK " + section,
        name,
        send(headers(1, END_STREAM, with(ECHO, fields))),
        shutOut(COMPRESSION_ERROR));
  }

  private static WireCase good(String section, String name, byte[] fields) {
    return new WireCase(
        "HPACK " + section, name, send(headers(1, END_STREAM, with(ECHO, fields))), answered(1));
  }

  private static WireCase first(String section, String name, byte[] block, boolean fine) {
    return new WireCase(
        "HPACK " + section,
        name,
        send(headers(1, END_STREAM, block)),
        fine ? answered(1) : shutOut(COMPRESSION_ERROR));
  }
}
