package io.weighbridge.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class InflationTest {
  private static final int LIMIT = 100_000;
  private static final PooledByteBufAllocator ALLOCATOR = PooledByteBufAllocator.DEFAULT;

  private final Inflation.Budget budget = new Inflation.Budget(10 << 20);

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }

  private static byte[] deflate(byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(out)) {
      deflate.write(plain);
    }
    return out.toByteArray();
  }

  private static byte[] noise(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  /** What came out, or the state that ended it. */
  private Object inflate(Inflation.Encoding encoding, byte[] compressed, int pieceBytes) {
    Inflation inflation = new Inflation(encoding, LIMIT, budget);
    ByteBuf in = ALLOCATOR.buffer(compressed.length).writeBytes(compressed);
    try {
      for (int at = 0; at < compressed.length; at += pieceBytes) {
        Inflation.State state =
            inflation.feed(in, at, Math.min(pieceBytes, compressed.length - at), ALLOCATOR);
        if (state != Inflation.State.GOOD) {
          return state;
        }
      }
      if (!inflation.complete()) {
        return "incomplete";
      }
      ByteBuf out = inflation.take(ALLOCATOR);
      byte[] plain = new byte[out.readableBytes() - MessageFraming.PREFIX_BYTES];
      out.getBytes(MessageFraming.PREFIX_BYTES, plain);
      out.release();
      return plain;
    } finally {
      in.release();
      inflation.close();
    }
  }

  @Test
  void inflatesBothFormatsHoweverTheyAreCut() throws Exception {
    for (int size : new int[] {0, 1, 100, 20_000}) {
      byte[] plain = noise(size);
      for (int piece : new int[] {1, 2, 7, 1 << 20}) {
        assertThat(inflate(Inflation.Encoding.GZIP, gzip(plain), piece)).isEqualTo(plain);
        assertThat(inflate(Inflation.Encoding.DEFLATE, deflate(plain), piece)).isEqualTo(plain);
      }
    }
  }

  @Test
  void inflatesUpToTheLimitAndNoByteMore() throws Exception {
    for (byte[] most : new byte[][] {noise(LIMIT), new byte[LIMIT]}) {
      assertThat(inflate(Inflation.Encoding.GZIP, gzip(most), 1 << 20)).isEqualTo(most);
    }
    for (byte[] over : new byte[][] {noise(LIMIT + 1), new byte[LIMIT + 1], new byte[50 << 20]}) {
      assertThat(inflate(Inflation.Encoding.GZIP, gzip(over), 1 << 20))
          .isEqualTo(Inflation.State.TOO_LARGE);
    }
  }

  @Test
  void readsEveryOptionalPartOfTheHeader() throws Exception {
    byte[] plain = noise(1000);
    Deflater raw = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(body, raw)) {
      out.write(plain);
    }
    byte[] simple = gzip(plain);
    for (int flags = 0; flags < 32; flags++) {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      all.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, (byte) flags, 1, 2, 3, 4, 0, 3});
      all.writeBytes((flags & 4) == 0 ? new byte[0] : new byte[] {3, 0, 7, 0, 7});
      all.writeBytes((flags & 8) == 0 ? new byte[0] : new byte[] {'n', 0});
      all.writeBytes((flags & 16) == 0 ? new byte[0] : new byte[] {'c', 'c', 0});
      all.writeBytes((flags & 2) == 0 ? new byte[0] : new byte[] {9, 9});
      all.writeBytes(body.toByteArray());
      all.writeBytes(Arrays.copyOfRange(simple, simple.length - 8, simple.length));
      assertThat(inflate(Inflation.Encoding.GZIP, all.toByteArray(), 3))
          .as("flags %d", flags)
          .isEqualTo(plain);
    }
  }

  @Test
  void takesNothingThatIsNotWhatItSays() throws Exception {
    byte[] good = gzip(noise(500));
    assertThat(inflate(Inflation.Encoding.GZIP, Arrays.copyOf(good, good.length + 1), 64))
        .isEqualTo(Inflation.State.GARBAGE);
    assertThat(inflate(Inflation.Encoding.DEFLATE, good, 64)).isEqualTo(Inflation.State.GARBAGE);
    for (int cut = 0; cut < good.length; cut++) {
      assertThat(inflate(Inflation.Encoding.GZIP, Arrays.copyOf(good, cut), 64))
          .isEqualTo("incomplete");
    }
    for (int at : new int[] {0, 1, 2, good.length - 8, good.length - 1}) {
      byte[] bad = good.clone();
      bad[at] ^= 0x40;
      assertThat(inflate(Inflation.Encoding.GZIP, bad, 64)).isEqualTo(Inflation.State.GARBAGE);
    }
    assertThat(inflate(Inflation.Encoding.GZIP, noise(100), 64)).isEqualTo(Inflation.State.GARBAGE);
  }

  @Test
  void keepsToTheBudgetOfTheLoopAndGivesItBack() throws Exception {
    Inflation.Budget small = new Inflation.Budget(100_000);
    byte[] compressed = gzip(noise(30_000));
    for (int round = 0; round < 5; round++) {
      Inflation first = new Inflation(Inflation.Encoding.GZIP, LIMIT, small);
      Inflation second = new Inflation(Inflation.Encoding.GZIP, LIMIT, small);
      ByteBuf in = Unpooled.wrappedBuffer(compressed);
      assertThat(first.feed(in, 0, compressed.length, ALLOCATOR)).isEqualTo(Inflation.State.GOOD);
      assertThat(second.feed(in, 0, compressed.length, ALLOCATOR))
          .isEqualTo(Inflation.State.OVER_BUDGET);
      second.close();
      first.close();
    }
  }

  @Test
  void takesOneMemberAlone() throws Exception {
    ByteArrayOutputStream two = new ByteArrayOutputStream();
    two.writeBytes(gzip(noise(100)));
    two.writeBytes(gzip(noise(100)));
    assertThat(inflate(Inflation.Encoding.GZIP, two.toByteArray(), 1 << 20))
        .isEqualTo(Inflation.State.GARBAGE);
  }

  @Test
  void countsWhatItHoldsBeforeAnythingIsInflated() throws Exception {
    Inflation.Budget small = new Inflation.Budget(200_000);
    ByteBuf in = Unpooled.wrappedBuffer(gzip(noise(1000)));
    Inflation[] begun = new Inflation[4];
    Inflation.State[] states = new Inflation.State[begun.length];
    for (int i = 0; i < begun.length; i++) {
      begun[i] = new Inflation(Inflation.Encoding.GZIP, LIMIT, small);
      states[i] = begun[i].feed(in, 0, 11, ALLOCATOR);
    }
    for (Inflation each : begun) {
      each.close();
    }
    assertThat(states)
        .containsExactly(
            Inflation.State.GOOD,
            Inflation.State.GOOD,
            Inflation.State.GOOD,
            Inflation.State.OVER_BUDGET);
  }

  @Test
  void whatIsTakenCountsUntilItIsGone() throws Exception {
    Inflation.Budget small = new Inflation.Budget(100_000);
    byte[] compressed = gzip(noise(30_000));
    ByteBuf in = Unpooled.wrappedBuffer(compressed);
    Inflation first = new Inflation(Inflation.Encoding.GZIP, LIMIT, small);
    assertThat(first.feed(in, 0, compressed.length, ALLOCATOR)).isEqualTo(Inflation.State.GOOD);
    first.take(ALLOCATOR).release();
    Inflation.Share share = first.takeShare();
    first.close();
    Inflation second = new Inflation(Inflation.Encoding.GZIP, LIMIT, small);
    assertThat(second.feed(in, 0, compressed.length, ALLOCATOR))
        .isEqualTo(Inflation.State.OVER_BUDGET);
    second.close();
    share.close();
    Inflation third = new Inflation(Inflation.Encoding.GZIP, LIMIT, small);
    assertThat(third.feed(in, 0, compressed.length, ALLOCATOR)).isEqualTo(Inflation.State.GOOD);
    third.close();
  }

  @Test
  void knowsItsNames() {
    assertThat(Inflation.Encoding.named(AsciiString.of("gzip"))).isEqualTo(Inflation.Encoding.GZIP);
    assertThat(Inflation.Encoding.named(AsciiString.of("deflate")))
        .isEqualTo(Inflation.Encoding.DEFLATE);
    assertThat(Inflation.Encoding.named(AsciiString.of("snappy"))).isNull();
    assertThat(Inflation.Encoding.named(null)).isNull();
  }
}
