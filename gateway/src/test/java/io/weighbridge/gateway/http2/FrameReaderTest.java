package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.wire.Frames;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrameReaderTest {
  private static final int READERS = 200;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Heard heard = new Heard();

  private FrameReader reader() {
    FrameReader reader =
        new FrameReader(heard, new Scratch(), false, 16 << 10, Ticker.systemTicker());
    reader.read(Unpooled.wrappedBuffer(Frames.settings()));
    return reader;
  }

  @Test
  void holdsNoMoreOfAFrameThanHasCome() {
    byte[] frame = Frames.frame(Frames.SETTINGS, 0, 0, new byte[16_380]);
    ByteBuf begun = Unpooled.wrappedBuffer(Arrays.copyOf(frame, FrameFormat.HEADER_BYTES + 1));
    FrameReader[] readers = new FrameReader[2 * READERS];
    Arrays.setAll(readers, _ -> reader());
    begin(readers, 0, begun);
    long before = threads.getCurrentThreadAllocatedBytes();
    begin(readers, READERS, begun);
    long allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocatedBytes).isLessThan(READERS * 64L);
  }

  private static void begin(FrameReader[] readers, int from, ByteBuf begun) {
    for (int i = from; i < from + READERS; i++) {
      readers[i].read(begun.readerIndex(0));
    }
  }

  @Test
  void putsAFrameTogetherThatComesByteByByte() {
    byte[] frame = Frames.settings(Frames.MAX_CONCURRENT_STREAMS, 7, Frames.INITIAL_WINDOW_SIZE, 9);
    FrameReader reader = reader();
    for (byte each : frame) {
      reader.read(Unpooled.wrappedBuffer(new byte[] {each}));
    }
    byte[] payload = Arrays.copyOfRange(frame, FrameFormat.HEADER_BYTES, frame.length);
    assertThat(heard.settings).isEqualTo(payload);
  }

  /** Keeps the settings that came last. */
  private static final class Heard implements FrameListener {
    private byte[] settings = {};

    @Override
    public void settings(byte[] payload, int length) {
      settings = Arrays.copyOf(payload, length);
    }

    @Override
    public boolean reading() {
      return true;
    }

    @Override
    public void connectionError(long errorCode, String why) {
      throw new AssertionError(why);
    }

    @Override
    public void dataBegins(int streamId, int flowBytes, int paddingBytes, boolean endStream) {}

    @Override
    public void data(int streamId, ByteBuf data, boolean endStream) {}

    @Override
    public void headerBlock(int streamId, byte[] block, int from, int length, boolean endStream) {}

    @Override
    public void resetStream(int streamId, long errorCode) {}

    @Override
    public void settingsAcknowledged() {}

    @Override
    public void ping(byte[] payload, boolean ack) {}

    @Override
    public void goAway(int lastStreamId, long errorCode) {}

    @Override
    public void windowUpdate(int streamId, int increment) {}

    @Override
    public void ignored() {}

    @Override
    public void streamError(int streamId, long errorCode) {}
  }
}
