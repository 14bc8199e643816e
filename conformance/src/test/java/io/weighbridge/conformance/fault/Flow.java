package io.weighbridge.conformance.fault;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One direction of a proxied connection. Confined to its proxy's thread. */
final class Flow {
  private static final int BUFFER_BYTES = 64 * 1024;

  /** A slow flow may be ahead by this share of a second. */
  private static final int BURSTS_PER_SECOND = 20;

  private final SocketChannel from;
  private final SocketChannel to;
  private final Runnable garbles;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).flip();
  private Fault fault = Fault.NONE;
  private long passedBytes;
  private double allowedBytes;
  private long allowedAtNs;
  private boolean ended;
  private boolean finished;
  private boolean swallowed;

  /**
   * A flow of bytes.
   *
   * @param garbles called before a garbled byte is passed on
   */
  Flow(SocketChannel from, SocketChannel to, Runnable garbles) {
    this.from = from;
    this.to = to;
    this.garbles = garbles;
  }

  /** From now on this befalls it. */
  void suffer(Fault next, long nowNs) {
    fault = next;
    passedBytes = 0;
    allowedBytes = 0;
    allowedAtNs = nowNs;
  }

  /** From now on nothing arrives, and nobody hears of it. */
  void swallow() {
    swallowed = true;
    buffer.clear().flip();
  }

  /**
   * Moves what can be moved.
   *
   * @return false when the fault says that the connection ends here
   */
  boolean pump(long nowNs) throws IOException {
    if (!buffer.hasRemaining() && wantsToRead(nowNs)) {
      read();
    }
    if (buffer.hasRemaining()) {
      to.write(buffer);
    }
    if (ended && !finished && !buffer.hasRemaining()) {
      finished = true;
      if (!swallowed) {
        to.shutdownOutput();
      }
    }
    return !(fault instanceof Fault.Cut cut)
        || passedBytes < cut.afterBytes()
        || buffer.hasRemaining();
  }

  private void read() throws IOException {
    buffer.clear().limit((int) Math.min(BUFFER_BYTES, readBytesMax()));
    int count = from.read(buffer);
    buffer.flip();
    if (count < 0) {
      ended = true;
      return;
    }
    if (fault instanceof Fault.Garble garble) {
      garble(garble);
    }
    passedBytes += count;
    allowedBytes -= count;
    if (swallowed) {
      buffer.clear().flip();
    }
  }

  private long readBytesMax() {
    return switch (fault) {
      case Fault.Cut cut -> cut.afterBytes() - passedBytes;
      case Fault.Slow _ -> (long) allowedBytes;
      case Fault.None _, Fault.Stall _, Fault.Garble _ -> BUFFER_BYTES;
    };
  }

  private void garble(Fault.Garble garble) {
    boolean garbled = false;
    for (int i = 0; i < buffer.limit(); i++) {
      long at = passedBytes + i - garble.afterBytes();
      if (at >= 0 && at % garble.everyBytes() == 0) {
        buffer.put(i, (byte) ~buffer.get(i));
        garbled = true;
      }
    }
    if (garbled) {
      garbles.run();
    }
  }

  boolean wantsToRead(long nowNs) {
    if (ended || buffer.hasRemaining()) {
      return false;
    }
    return switch (fault) {
      case Fault.Stall _ -> false;
      case Fault.Slow slow -> allowed(slow, nowNs);
      case Fault.Cut cut -> passedBytes < cut.afterBytes();
      case Fault.None _, Fault.Garble _ -> true;
    };
  }

  private boolean allowed(Fault.Slow slow, long nowNs) {
    double earned = (nowNs - allowedAtNs) * 1e-9 * slow.bytesPerSecond();
    double most = Math.max(1, slow.bytesPerSecond() / (double) BURSTS_PER_SECOND);
    allowedBytes = Math.min(most, allowedBytes + earned);
    allowedAtNs = nowNs;
    return allowedBytes >= 1;
  }

  boolean wantsToWrite() {
    return buffer.hasRemaining();
  }

  /** Whether it has to be looked at although no channel is ready. */
  boolean isTimed() {
    return fault instanceof Fault.Slow;
  }

  boolean cutsByReset() {
    return fault instanceof Fault.Cut cut && passedBytes >= cut.afterBytes() && cut.reset();
  }

  /** Whether the sender has ended and everything arrived. */
  boolean isFinished() {
    return finished;
  }
}
