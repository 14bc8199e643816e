package io.weighbridge.gateway.http2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;

/** One stream of a {@link HeardConnection}: echoes, and keeps what came. Confined to one thread. */
final class HeardStream implements StreamListener {
  private static final HeaderBlock ANSWER =
      HeaderBlock.of(AsciiString.of(":status"), AsciiString.of("200"));
  private static final HeaderBlock TRAILERS =
      HeaderBlock.of(AsciiString.of("grpc-status"), AsciiString.of("0"));

  private final Connection connection;
  private final ByteBufAllocator allocator;
  private final Http2Limits limits;
  private final boolean ours;
  private final StringBuilder blocks = new StringBuilder();
  private final StringBuilder data = new StringBuilder();
  private int id;
  private boolean weEnded;
  private boolean peerEnded;
  private boolean reset;

  HeardStream(Connection connection, ByteBufAllocator allocator, Http2Limits limits, boolean ours) {
    this.connection = connection;
    this.allocator = allocator;
    this.limits = limits;
    this.ours = ours;
  }

  void is(int streamId, boolean ended) {
    id = streamId;
    weEnded = ended;
  }

  /** Data of a stream that broke off is not compared: how much of it came depends on the cuts. */
  String heard() {
    return blocks + (peerEnded && !reset ? "data " + data : "");
  }

  void assertOver() {
    assertThat(reset || (peerEnded && weEnded)).as("stream %s is over", id).isTrue();
  }

  private void assertOpen() {
    assertThat(reset || peerEnded).as("stream %s heard after its end", id).isFalse();
  }

  @Override
  public void headers(HeaderBlock headers, boolean endStream) {
    assertOpen();
    int listBytes = 0;
    for (int i = 0; i < headers.size(); i++) {
      listBytes += HeaderTable.sizeOf(headers.name(i), headers.value(i));
      blocks.append(text(headers.name(i))).append('=').append(text(headers.value(i))).append(' ');
    }
    assertThat(listBytes).isLessThanOrEqualTo(limits.headerListBytesMax());
    blocks.append(endStream ? "end " : "| ");
    if (!ours && !endStream) {
      connection.sendHeaders(id, ANSWER, false);
    }
    if (endStream) {
      ended();
    }
  }

  private static String text(AsciiString bytes) {
    return new String(bytes.toByteArray(), ISO_8859_1);
  }

  @Override
  public void data(ByteBuf piece, boolean endStream) {
    assertOpen();
    data.append(piece.toString(ISO_8859_1));
    int length = piece.readableBytes();
    if (weEnded) {
      connection.credit(id, length);
    } else {
      ByteBuf copy = allocator.buffer(Math.max(1, length)).writeBytes(piece.duplicate());
      connection.sendData(id, copy, false, length);
    }
    if (endStream && !reset) {
      ended();
    }
  }

  private void ended() {
    peerEnded = true;
    if (!weEnded) {
      weEnded = true;
      connection.sendHeaders(id, TRAILERS, true);
    }
  }

  @Override
  public void sent(int receiptBytes) {
    assertThat(reset).as("stream %s sent after its end", id).isFalse();
    connection.credit(id, receiptBytes);
  }

  @Override
  public void reset(long errorCode, boolean unseen) {
    assertThat(reset).as("stream %s reset twice", id).isFalse();
    reset = true;
    blocks.append("reset ").append(errorCode).append(unseen ? " unseen " : " ");
  }
}
