package io.weighbridge.gateway.http2;

/**
 * Which stream ids of a connection were used, and how those ended that ended last (RFC 9113
 * sections 5.1 and 5.1.1). Confined to its connection's event loop.
 *
 * <p>What arrives late on a stream is a matter of course after a reset of ours, and a mistake of
 * the peer's after an end.
 */
final class StreamIds {
  /** How a stream ended. */
  enum End {
    /** It is not remembered. */
    UNKNOWN,
    FINISHED,
    RESET_BY_PEER,
    RESET_BY_US
  }

  private static final int REMEMBERED = 256;

  private final boolean server;

  /** The next stream we open; ids of clients are odd. Negative when they are used up. */
  private int next = 1;

  /** The highest stream the peer has opened, and the highest of them that was looked at. */
  private int lastSeen;

  private int lastTaken;
  private int[] ids = {};
  private End[] ends = {};

  StreamIds(boolean server) {
    this.server = server;
  }

  boolean usedUp() {
    return next < 0;
  }

  int takeNext() {
    int id = next;
    next += 2;
    return id;
  }

  /** The peer opens a stream that we look at. */
  void taken(int id) {
    lastSeen = id;
    lastTaken = id;
  }

  /** The peer opens a stream although it was told that we look at no more. */
  void passedOver(int id) {
    lastSeen = id;
    ended(id, End.RESET_BY_US);
  }

  /** What a GOAWAY names as the last stream. */
  int lastTaken() {
    return lastTaken;
  }

  /** Whether a stream of this id was ever opened, by the side that opens streams. */
  boolean wasOpened(int id) {
    return (id & 1) == 1 && id <= (server ? lastSeen : next - 2);
  }

  void ended(int id, End end) {
    if (ids.length == 0) {
      ids = new int[REMEMBERED];
      ends = new End[REMEMBERED];
    }
    int at = (id >>> 1) & (REMEMBERED - 1);
    ids[at] = id;
    ends[at] = end;
  }

  /** How a stream that is over ended. */
  End end(int id) {
    int at = (id >>> 1) & (REMEMBERED - 1);
    return ids.length == 0 || ids[at] != id ? End.UNKNOWN : ends[at];
  }
}
