package io.weighbridge.gateway.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Any bytes as header blocks of one connection: what we read, Netty reads to the same fields. Only
 * integers over 28 bits or padded beyond that are refused by us alone.
 */
class HpackFuzzTest {
  private static final int LIST_BYTES_MAX = 1_000;

  /** So many continuation bytes in a row that go on make an integer longer than we read. */
  private static final int LONG_INTEGER_BYTES = 4;

  /** The input is a series of blocks, each with a byte of its length in front. */
  @FuzzTest
  void readsWhatNettyReads(byte[] input) {
    HeaderDecoder decoder = new HeaderDecoder(new Scratch(), LIST_BYTES_MAX);
    DefaultHttp2HeadersDecoder oracle = new DefaultHttp2HeadersDecoder(false, LIST_BYTES_MAX);
    for (int at = 0; at < input.length; ) {
      int length = Math.min(input[at] & 0xff, input.length - at - 1);
      int from = at + 1;
      at = from + length;
      HeaderDecoder.Outcome outcome = decoder.decode(input, from, length);
      List<String> fields = fields(decoder.takeBlock());
      List<String> expected = new ArrayList<>();
      HeaderDecoder.Outcome verdict = judge(oracle, input, from, length, expected);
      if (outcome == HeaderDecoder.Outcome.BROKEN && verdict != outcome) {
        assertThat(longestRun(input, from, length)).isGreaterThanOrEqualTo(LONG_INTEGER_BYTES);
        return;
      }
      assertThat(outcome).isEqualTo(verdict);
      if (outcome == HeaderDecoder.Outcome.BROKEN) {
        return;
      }
      if (outcome == HeaderDecoder.Outcome.DECODED) {
        assertThat(fields).isEqualTo(expected);
      }
    }
  }

  private static HeaderDecoder.Outcome judge(
      DefaultHttp2HeadersDecoder oracle, byte[] input, int from, int length, List<String> fields) {
    try {
      Http2Headers headers = oracle.decodeHeaders(1, Unpooled.wrappedBuffer(input, from, length));
      for (Map.Entry<CharSequence, CharSequence> field : headers) {
        fields.add(field(field.getKey(), field.getValue()));
      }
      fields.sort(Comparator.comparing(HpackFuzzTest::name));
      return HeaderDecoder.Outcome.DECODED;
    } catch (Http2Exception.HeaderListSizeException e) {
      return HeaderDecoder.Outcome.TOO_LARGE;
    } catch (Http2Exception e) {
      return HeaderDecoder.Outcome.BROKEN;
    }
  }

  private static int longestRun(byte[] input, int from, int length) {
    int longest = 0;
    int run = 0;
    for (int i = from; i < from + length; i++) {
      run = input[i] < 0 ? run + 1 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }

  private static List<String> fields(HeaderBlock block) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      fields.add(field(block.name(i), block.value(i)));
    }
    // Netty keeps the order within a name only.
    fields.sort(Comparator.comparing(HpackFuzzTest::name));
    return fields;
  }

  private static String field(CharSequence name, CharSequence value) {
    return text(name) + "\n" + text(value);
  }

  private static String text(CharSequence text) {
    return new String(((AsciiString) text).toByteArray(), ISO_8859_1).replace("\n", "\\n");
  }

  private static String name(String field) {
    return field.substring(0, field.indexOf('\n'));
  }
}
