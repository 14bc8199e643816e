package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When frames are handed to the channel. */
class FrameWriterTest {
  private static final int PING_BYTES = FrameFormat.HEADER_BYTES + FrameFormat.PING_BYTES;
  private static final int LONG = 4 * 1024;

  private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());
  private final FrameWriter writer =
      new FrameWriter(
          channel.pipeline().firstContext(),
          new HeaderEncoder(new Scratch()),
          TestHeadroom.ample());

  @AfterEach
  void close() {
    writer.release();
    channel.finishAndReleaseAll();
  }

  private void ping() {
    writer.ping(new byte[FrameFormat.PING_BYTES], true);
  }

  private int sentBytes() {
    int bytes = 0;
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      bytes += out.readableBytes();
      out.release();
    }
    return bytes;
  }

  @Test
  void whileTheSocketIsFullAnswersShareABuffer() {
    for (int i = 0; i < 10; i++) {
      ping();
      writer.flush(false);
    }
    assertThat(channel.outboundMessages()).isEmpty();
    writer.flush(true);
    assertThat(channel.outboundMessages()).hasSize(1);
    assertThat(sentBytes()).isEqualTo(10 * PING_BYTES);
  }

  /** Else what made the socket full would never leave. */
  @Test
  void whatWasHandedOverIsFlushedAllTheSame() {
    writer.data(1, Unpooled.wrappedBuffer(new byte[LONG]), true);
    ping();
    writer.flush(false);
    assertThat(sentBytes()).isEqualTo(FrameFormat.HEADER_BYTES + LONG + PING_BYTES);
  }
}
