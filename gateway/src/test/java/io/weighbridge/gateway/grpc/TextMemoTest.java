package io.weighbridge.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import org.junit.jupiter.api.Test;

class TextMemoTest {
  private final TextMemo memo = new TextMemo();

  @Test
  void knowsTheObjectAndNoEqualOne() {
    AsciiString name = new AsciiString("x-name");
    memo.keep(name, 2);

    assertThat(memo.find(name)).isEqualTo(2);
    assertThat(memo.find(new AsciiString("x-name"))).isEqualTo(TextMemo.UNKNOWN);
  }

  @Test
  void aSlotHoldsTheLastText() {
    AsciiString first = new AsciiString("ab");
    AsciiString second = new AsciiString("cb");
    memo.keep(first, 1);
    memo.keep(second, 2);

    assertThat(memo.find(first)).isEqualTo(TextMemo.UNKNOWN);
    assertThat(memo.find(second)).isEqualTo(2);
  }

  @Test
  void holdsNoLongText() {
    AsciiString longest = new AsciiString("y".repeat(256));
    AsciiString longer = new AsciiString("x".repeat(257));
    memo.keep(longest, 1);
    memo.keep(longer, 1);

    assertThat(memo.find(longest)).isEqualTo(1);
    assertThat(memo.find(longer)).isEqualTo(TextMemo.UNKNOWN);
  }
}
