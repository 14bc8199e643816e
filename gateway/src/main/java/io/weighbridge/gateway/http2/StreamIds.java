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
    UNKNOWN(0),
    FINISHED(1),
    RESET_BY_PEER(2),
    RESET_BY_US(3);

    private static final End[] BY_CODE = {UNKNOWN, FINISHED, RESET_BY_PEER, RESET_BY_US};

    private final int code;

    End(int code) {
      this.code = code;
    }
  }

  /**
   * So many ends are remembered, or as many as there may be streams at a time, each of which can
   * have data on its way; at first as few as most of many connections need.
   */
  static final int REMEMBERED_MAX = 256;

  private static final int REMEMBERED_MIN = 8;
  private static final int END_BITS = 2;

  private final boolean server;
  private final int rememberedMax;

  /** The next stream we open; ids of clients are odd. Negative when they are used up. */
  private int next = 1;

  /** The highest stream the peer has opened, and the highest of them that was looked at. */
  private int lastSeen;

  private int lastTaken;

  /** The number of each stream, which is half its id, and how it ended, in one. */
  private int[] ended = {};

  StreamIds(boolean server, int streamsMax) {
    this.server = server;
    rememberedMax = Math.max(REMEMBERED_MAX, streamsMax);
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
    if ((id & 1) == 0) {
      // A mistake of the peer's: nobody opens such a stream.
      return;
    }
    int number = id >>> 1;
    while (!hasPlace(number) && ended.length < rememberedMax) {
      grow();
    }
    ended[number & (ended.length - 1)] = number << END_BITS | end.code;
  }

  /** Whether no other stream has to be forgotten for it. */
  private boolean hasPlace(int number) {
    if (ended.length == 0) {
      return false;
    }
    int there = ended[number & (ended.length - 1)];
    return there == 0 || there >>> END_BITS == number;
  }

  private void grow() {
    int[] old = ended;
    ended = new int[Math.max(REMEMBERED_MIN, 2 * old.length)];
    for (int one : old) {
      if (one != 0) {
        ended[one >>> END_BITS & (ended.length - 1)] = one;
      }
    }
  }

  /** How a stream that is over ended. */
  End end(int id) {
    int number = id >>> 1;
    int there = ended.length == 0 ? 0 : ended[number & (ended.length - 1)];
    return (id & 1) == 1 && there >>> END_BITS == number
        ? End.BY_CODE[there & (End.BY_CODE.length - 1)]
        : End.UNKNOWN;
  }
}
