package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A stream we opened, and what was heard of it. Its counts may be read from any thread. */
final class Call implements StreamListener {
  /** How a stream ended early. */
  record Reset(long errorCode, boolean unseen) {}

  final AtomicInteger blocks = new AtomicInteger();
  final AtomicLong bytes = new AtomicLong();
  final AtomicInteger ends = new AtomicInteger();
  final AtomicLong sentBytes = new AtomicLong();
  final List<Reset> resets = new CopyOnWriteArrayList<>();
  volatile int streamId;

  @Override
  public void headers(HeaderBlock headers, boolean endStream) {
    blocks.incrementAndGet();
    end(endStream);
  }

  @Override
  public void data(ByteBuf data, boolean endStream) {
    bytes.addAndGet(data.readableBytes());
    end(endStream);
  }

  private void end(boolean endStream) {
    if (endStream) {
      ends.incrementAndGet();
    }
  }

  @Override
  public void sent(int receiptBytes) {
    sentBytes.addAndGet(receiptBytes);
  }

  @Override
  public void reset(long errorCode, boolean unseen) {
    resets.add(new Reset(errorCode, unseen));
  }
}
