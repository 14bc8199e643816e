package io.weighbridge.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weighbridge.gateway.grpc.MessageFraming.Piece;
import org.junit.jupiter.api.Test;

class MessageFramingTest {
  private final MessageFraming framing = new MessageFraming();

  private static ByteBuf message(int flag, int length, int bodyBytes) {
    return Unpooled.buffer().writeByte(flag).writeInt(length).writeZero(bodyBytes);
  }

  /** Feeds all of the data and counts body bytes; stops at a bad flag with -1. */
  private int bodyBytes(ByteBuf data) {
    int body = 0;
    int at = data.readerIndex();
    while (true) {
      Piece piece = framing.next(data, at);
      at = framing.nextOffset();
      if (piece == Piece.NONE) {
        return body;
      }
      if (piece == Piece.BAD_FLAG) {
        return -1;
      }
      body += framing.pieceBytes();
    }
  }

  @Test
  void findsTheSamePiecesHoweverTheBytesAreCut() {
    ByteBuf whole = message(0, 7, 7);
    for (int cut = 0; cut <= whole.readableBytes(); cut++) {
      framing.reset();
      int body = bodyBytes(whole.slice(0, cut));
      boolean done = cut == whole.readableBytes();
      assertThat(framing.messageComplete()).as("after %d bytes", cut).isEqualTo(done);
      body += bodyBytes(whole.slice(cut, whole.readableBytes() - cut));
      assertThat(body).isEqualTo(7);
      assertThat(framing.messageComplete()).isTrue();
      assertThat(framing.messageCount()).isEqualTo(1);
    }
  }

  @Test
  void anEmptyMessageIsCompleteAtOnce() {
    assertThat(bodyBytes(message(0, 0, 0))).isZero();
    assertThat(framing.messageComplete()).isTrue();
    assertThat(framing.messageCount()).isEqualTo(1);
  }

  @Test
  void countsASecondMessage() {
    ByteBuf two = Unpooled.wrappedBuffer(message(0, 3, 3), message(1, 2, 2));

    assertThat(bodyBytes(two)).isEqualTo(5);
    assertThat(framing.messageCount()).isEqualTo(2);
    assertThat(framing.compressed()).isTrue();
  }

  @Test
  void refusesAFlagThatIsNeitherZeroNorOne() {
    assertThat(bodyBytes(message(2, 3, 3))).isEqualTo(-1);
  }

  @Test
  void readsALengthBeyondTwoGigabytesAsItIs() {
    bodyBytes(message(0, -1, 0));

    assertThat(framing.messageBytes()).isEqualTo(0xffff_ffffL);
    assertThat(framing.messageComplete()).isFalse();
    assertThat(framing.atBoundary()).isFalse();
  }
}
