package io.weighbridge.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weighbridge.gateway.grpc.MessageFraming.Piece;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/** Any bytes as length-prefixed messages, cut anywhere: read as they are when all are at hand. */
class MessageFramingFuzzTest {
  private static final int SEED_BYTES = 2;

  @FuzzTest
  void findsTheMessagesAtEveryCut(byte[] input) {
    if (input.length < SEED_BYTES) {
      return;
    }
    SplittableRandom random = new SplittableRandom(256L * input[0] + input[1]);
    byte[] bytes = Arrays.copyOfRange(input, SEED_BYTES, input.length);
    MessageFraming framing = new MessageFraming();
    List<String> found = new ArrayList<>();
    boolean good = true;
    for (int at = 0; at < bytes.length && good; ) {
      int part = Math.min(bytes.length - at, 1 + random.nextInt(1 + random.nextInt(12)));
      // A margin: an index that is not absolute shows.
      ByteBuf data = Unpooled.wrappedBuffer(bytes, 0, at + part).readerIndex(at);
      good = follow(framing, data, found);
      at += part;
    }
    List<String> expected = new ArrayList<>();
    boolean atBoundary = readAll(bytes, expected);
    assertThat(found).isEqualTo(expected);
    assertThat(good).isEqualTo(!expected.contains("bad flag"));
    if (good) {
      assertThat(framing.atBoundary()).isEqualTo(atBoundary);
    }
  }

  private static boolean follow(MessageFraming framing, ByteBuf data, List<String> found) {
    int at = data.readerIndex();
    while (true) {
      Piece piece = framing.next(data, at);
      switch (piece) {
        case NONE -> {
          return true;
        }
        case BAD_FLAG -> {
          found.add("bad flag");
          return false;
        }
        case PREFIX -> {
          found.add((framing.compressed() ? "compressed " : "plain ") + framing.messageBytes());
          found.add("");
        }
        case BODY -> {
          byte[] body = new byte[framing.pieceBytes()];
          data.getBytes(framing.pieceOffset(), body);
          found.set(found.size() - 1, found.getLast() + HexFormat.of().formatHex(body));
        }
      }
      assertThat(framing.nextOffset()).isGreaterThanOrEqualTo(at);
      at = framing.nextOffset();
      assertThat(framing.messageCount()).isEqualTo(found.size() / 2);
    }
  }

  /** The same off the whole; whether it ends where a message ends. */
  private static boolean readAll(byte[] bytes, List<String> found) {
    int at = 0;
    while (at < bytes.length) {
      if ((bytes[at] & 0xff) > 1) {
        found.add("bad flag");
        return false;
      }
      if (bytes.length - at < MessageFraming.PREFIX_BYTES) {
        return false;
      }
      long length = ByteBuffer.wrap(bytes, at + 1, Integer.BYTES).getInt() & 0xffff_ffffL;
      found.add((bytes[at] == 1 ? "compressed " : "plain ") + length);
      at += MessageFraming.PREFIX_BYTES;
      int part = (int) Math.min(length, bytes.length - at);
      found.add(HexFormat.of().formatHex(bytes, at, at + part));
      at += part;
      if (part < length) {
        return false;
      }
    }
    return true;
  }
}
