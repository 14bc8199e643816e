package io.weighbridge.gateway.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Our HPACK against Netty's: what one encodes the other decodes to the same fields, through tables
 * that fill, are evicted from and change their size. Seeded: a failure says which seed to repeat.
 */
class HpackOracleTest {
  private static final int BLOCKS = 2_000;
  private static final int LIST_BYTES_MAX = 64 * 1024;

  private static final List<String> NAMES =
      List.of(
          "content-type",
          "user-agent",
          "grpc-status",
          "grpc-encoding",
          "weighbridge-model-digest",
          "accept",
          "cookie",
          "x-one",
          "x-a-name-of-more-than-thirty-two-bytes");

  private final Scratch scratch = new Scratch();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void nettyReadsWhatWeWrite(long seed) throws Http2Exception {
    SplittableRandom random = new SplittableRandom(seed);
    HeaderEncoder encoder = new HeaderEncoder(scratch);
    DefaultHttp2HeadersDecoder oracle = new DefaultHttp2HeadersDecoder(false, LIST_BYTES_MAX);
    List<HeaderBlock> repeated = repeated(random);
    for (int i = 0; i < BLOCKS; i++) {
      if (random.nextInt(50) == 0) {
        int bytes = random.nextInt(HeaderTable.BYTES_MAX + 1);
        oracle.configuration().maxHeaderTableSize(bytes);
        encoder.peerTableBytes(bytes);
      }
      HeaderBlock block =
          switch (random.nextInt(4)) {
            case 0 -> any(random, repeated);
            case 1 -> new HeaderBlock(any(random, repeated), 1).addAll(block(random));
            default -> block(random);
          };
      int length = encoder.encode(block);
      ByteBuf bytes = Unpooled.copiedBuffer(encoder.bytes(), 0, length);
      assertThat(fields(oracle.decodeHeaders(1, bytes))).as("block %d", i).isEqualTo(fields(block));
    }
  }

  /** From a table of one field to one that is full of them. */
  @Test
  void aFieldIsOneByteFromItsSecondTimeOn() {
    HeaderEncoder encoder = new HeaderEncoder(scratch);
    AsciiString name = AsciiString.cached("content-type");
    for (int count = 1; count <= 60; count++) {
      HeaderBlock block = new HeaderBlock(count);
      for (int field = 0; field < count; field++) {
        block.add(name, new AsciiString("type-" + field));
      }
      assertThat(encoder.encode(block)).isGreaterThan(count);
      assertThat(encoder.encode(block)).as("%d fields", count).isEqualTo(count);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void weReadWhatNettyWrites(long seed) throws Http2Exception {
    SplittableRandom random = new SplittableRandom(seed);
    DefaultHttp2HeadersEncoder oracle = new DefaultHttp2HeadersEncoder(secret(seed));
    HeaderDecoder decoder = new HeaderDecoder(scratch, LIST_BYTES_MAX);
    List<HeaderBlock> repeated = repeated(random);
    int again = 0;
    HeaderBlock before = HeaderBlock.of();
    for (int i = 0; i < BLOCKS; i++) {
      if (random.nextInt(50) == 0) {
        oracle.configuration().maxHeaderTableSize(random.nextInt(HeaderTable.BYTES_MAX + 1));
      }
      HeaderBlock block = random.nextInt(3) == 0 ? block(random) : any(random, repeated);
      ByteBuf bytes = Unpooled.buffer();
      oracle.encodeHeaders(1, netty(block), bytes);
      HeaderDecoder.Outcome outcome =
          decoder.decode(bytes.array(), bytes.readerIndex(), bytes.readableBytes());
      assertThat(outcome).as("block %d", i).isEqualTo(HeaderDecoder.Outcome.DECODED);
      HeaderBlock decoded = decoder.takeBlock();
      assertThat(fields(decoded)).as("block %d", i).isEqualTo(fields(block));
      again += decoded == before ? 1 : 0;
      before = decoded;
    }
    assertThat(again).as("blocks that were the one before").isPositive();
  }

  /** Netty compares with what is secret in time that tells nothing; here nothing is. */
  private static Http2HeadersEncoder.SensitivityDetector secret(long seed) {
    return seed % 2 == 0 ? Http2HeadersEncoder.NEVER_SENSITIVE : (name, value) -> name.length() > 9;
  }

  private static List<HeaderBlock> repeated(SplittableRandom random) {
    List<HeaderBlock> blocks = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      blocks.add(block(random).repeated());
    }
    return blocks;
  }

  private static HeaderBlock any(SplittableRandom random, List<HeaderBlock> blocks) {
    return blocks.get(random.nextInt(blocks.size()));
  }

  private static HeaderBlock block(SplittableRandom random) {
    HeaderBlock block = new HeaderBlock(1);
    block.add(AsciiString.cached(":status"), new AsciiString(random.nextBoolean() ? "200" : "404"));
    for (int i = random.nextInt(9); i > 0; i--) {
      block.add(new AsciiString(NAMES.get(random.nextInt(NAMES.size()))), value(random));
    }
    return block;
  }

  /** Few distinct ones, so that the table is of use, and some of any bytes and length. */
  private static AsciiString value(SplittableRandom random) {
    if (random.nextInt(3) > 0) {
      return new AsciiString("value-" + random.nextInt(5));
    }
    byte[] bytes = new byte[random.nextInt(random.nextInt(20) == 0 ? 3_000 : 60)];
    random.nextBytes(bytes);
    return new AsciiString(bytes, false);
  }

  private static Http2Headers netty(HeaderBlock block) {
    Http2Headers headers = new DefaultHttp2Headers(false);
    for (int i = 0; i < block.size(); i++) {
      headers.add(block.name(i), block.value(i));
    }
    return headers;
  }

  /** Sorted by name as Netty's headers keep them apart, in order within a name. */
  private static List<String> fields(Iterable<Map.Entry<CharSequence, CharSequence>> headers) {
    List<String> fields = new ArrayList<>();
    headers.forEach(field -> fields.add(text(field.getKey()) + "=" + text(field.getValue())));
    fields.sort(HpackOracleTest::byName);
    return fields;
  }

  private static List<String> fields(HeaderBlock block) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      fields.add(text(block.name(i)) + "=" + text(block.value(i)));
    }
    fields.sort(HpackOracleTest::byName);
    return fields;
  }

  private static int byName(String one, String other) {
    return one.substring(0, one.indexOf('=')).compareTo(other.substring(0, other.indexOf('=')));
  }

  private static String text(CharSequence text) {
    return new String(((AsciiString) text).toByteArray(), ISO_8859_1);
  }
}
