package io.weighbridge.gateway.wire;

import java.util.HashMap;
import java.util.Map;

/** How many bytes of data the peer lets us send. Confined to the test's thread. */
public final class PeerCredit {
  private static final int PROTOCOL_WINDOW = 65_535;

  private final Map<Integer, Long> byStream = new HashMap<>();
  private long connection = PROTOCOL_WINDOW;
  private long initial = PROTOCOL_WINDOW;
  private long connectionMax = PROTOCOL_WINDOW;

  void setting(int number, long value) {
    if (number == Frames.INITIAL_WINDOW_SIZE) {
      long change = value - initial;
      byStream.replaceAll((stream, window) -> window + change);
      initial = value;
    }
  }

  void note(Frame frame) {
    if (frame.type() != Frames.WINDOW_UPDATE) {
      return;
    }
    if (frame.streamId() == 0) {
      connection += frame.intAt(0);
      connectionMax = Math.max(connectionMax, connection);
    } else {
      byStream.merge(frame.streamId(), initial + frame.intAt(0), (old, x) -> old + frame.intAt(0));
    }
  }

  /** Bytes are on their way. */
  public void spend(int streamId, int byteCount) {
    connection -= byteCount;
    byStream.merge(streamId, initial - byteCount, (old, x) -> old - byteCount);
  }

  /** What may be sent on a stream now. */
  public long available(int streamId) {
    return Math.min(connection, byStream.getOrDefault(streamId, initial));
  }

  /** What may be sent on all streams now. */
  public long connection() {
    return connection;
  }

  /** The most that could ever be sent at once. */
  public long connectionMax() {
    return connectionMax;
  }

  /** Forgets a stream that is over. */
  public void over(int streamId) {
    byStream.remove(streamId);
  }
}
