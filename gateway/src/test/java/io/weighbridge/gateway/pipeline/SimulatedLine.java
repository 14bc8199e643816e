package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.List;

/**
 * The far end of a connection as a bad network makes it: bytes come late, and after some of them
 * the line may break, fall silent or change one. Confined to its loop.
 */
final class SimulatedLine extends ChannelDuplexHandler {
  private enum Fault {
    NONE,
    /** The connection breaks, in the middle of a frame or not. */
    CUT,
    /** Nothing arrives any more, either way, and nobody is told. */
    MUTE,
    /** One byte is another. */
    CORRUPT
  }

  /**
   * How bad a network is.
   *
   * @param latencyMsMax how late bytes may come
   * @param faultPercent how many lines have a fault
   */
  record Weather(int latencyMsMax, int faultPercent) {}

  private static final List<Fault> FAULTS = List.of(Fault.CUT, Fault.MUTE, Fault.CORRUPT);
  private static final int FAULT_BYTES_MAX = 60_000;

  private final SimulatedLoop loop;
  private final Weather weather;
  private final Fault fault;
  private long untilFaultBytes;
  private long inDueNs;
  private long outDueNs;
  private boolean mute;

  SimulatedLine(SimulatedLoop loop, Weather weather) {
    this.loop = loop;
    this.weather = weather;
    fault = loop.happens(weather.faultPercent()) ? any(loop) : Fault.NONE;
    untilFaultBytes = loop.random.nextInt(FAULT_BYTES_MAX);
  }

  private static Fault any(SimulatedLoop loop) {
    return FAULTS.get(loop.random.nextInt(FAULTS.size()));
  }

  /** Whether what it carried can be relied on. */
  boolean sound() {
    return fault == Fault.NONE || untilFaultBytes > 0;
  }

  /** Whether all it carried came at once. */
  boolean prompt() {
    return weather.latencyMsMax() == 0 && sound();
  }

  private long latencyNs() {
    return weather.latencyMsMax() == 0 ? 0 : loop.someMs(weather.latencyMsMax());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    boolean cut = spoil(bytes);
    inDueNs = Math.max(inDueNs, loop.nowNs() + latencyNs());
    loop.after(
        inDueNs - loop.nowNs(),
        () -> {
          if (context.isRemoved() || mute) {
            bytes.release();
          } else {
            context.fireChannelRead(bytes);
          }
          if (cut) {
            var _ = context.close();
          }
        });
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    ByteBuf bytes = (ByteBuf) message;
    boolean cut = spoil(bytes);
    outDueNs = Math.max(outDueNs, loop.nowNs() + latencyNs());
    loop.after(
        outDueNs - loop.nowNs(),
        () -> {
          if (mute) {
            bytes.release();
            promise.trySuccess();
          } else {
            var _ = context.writeAndFlush(bytes, promise);
          }
          if (cut) {
            var _ = context.close();
          }
        });
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    // What is written is flushed when it is due.
  }

  /** Counts the bytes and does what is due to them; whether the line breaks behind them. */
  private boolean spoil(ByteBuf bytes) {
    long before = untilFaultBytes;
    untilFaultBytes -= bytes.readableBytes();
    if (fault == Fault.NONE || before <= 0 || untilFaultBytes > 0 || !bytes.isReadable()) {
      return false;
    }
    int at = bytes.readerIndex() + (int) Math.min(before, bytes.readableBytes() - 1);
    switch (fault) {
      case CUT -> bytes.writerIndex(at);
      case MUTE -> mute = true;
      default -> bytes.setByte(at, bytes.getByte(at) ^ (1 << loop.random.nextInt(8)));
    }
    return fault == Fault.CUT;
  }
}
