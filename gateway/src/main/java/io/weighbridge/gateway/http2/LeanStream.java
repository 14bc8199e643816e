package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a connection, from its first header block until both sides have ended it. Confined
 * to its connection's event loop.
 */
final class LeanStream {
  /** Nothing was announced about the body's length. */
  static final long ANY_LENGTH = -1;

  /** Something that waits to be sent on the stream: data, or a header block. */
  static final class Waiting {
    /** Owned; null for headers. */
    final @Nullable ByteBuf data;

    final @Nullable HeaderBlock headers;
    final boolean endStream;
    final int receiptBytes;
    @Nullable Waiting next;

    /** Takes ownership of {@code data}. */
    Waiting(
        @Nullable ByteBuf data,
        @Nullable HeaderBlock headers,
        boolean endStream,
        int receiptBytes) {
      this.data = data;
      this.headers = headers;
      this.endStream = endStream;
      this.receiptBytes = receiptBytes;
    }
  }

  final int id;
  final StreamListener listener;

  /** The peer sends nothing more. */
  boolean peerEnded;

  /** We were asked to send the end, and whether it has been sent. */
  boolean weEnded;

  boolean endSent;

  /** The final header block was received, so that the next one is trailers. */
  boolean headersSeen;

  /** Header blocks before that one. */
  int informationalCount;

  /** Reset without an error once everything has been sent. */
  boolean resetWhenSent;

  /** What the body must add up to (RFC 9113 section 8.1.1), and what has come of it. */
  long announcedBytes = ANY_LENGTH;

  long bodyBytes;

  /**
   * What the peer may still send; what it sent and was given no credit for; credit not told yet.
   */
  int receiveWindow;

  int unconsumedBytes;
  int untoldCreditBytes;

  /** What we may still send; less than 0 after the peer has shrunk its windows. */
  long sendWindow;

  /** What waits to be sent, its bytes, and since when none of it has left. */
  @Nullable Waiting first;

  @Nullable Waiting last;
  int queuedBytes;
  long stalledSinceNs;

  /** Stands in one of the {@link Outbox}'s lines. */
  boolean inLine;

  boolean closed;

  LeanStream(int id, StreamListener listener, int receiveWindow, long sendWindow) {
    this.id = id;
    this.listener = listener;
    this.receiveWindow = receiveWindow;
    this.sendWindow = sendWindow;
  }

  void append(Waiting item) {
    if (last == null) {
      first = item;
    } else {
      last.next = item;
    }
    last = item;
  }

  /**
   * Bytes were consumed.
   *
   * @return by how much the peer's window widens now; 0 while it is not worth a frame
   */
  int credited(int byteCount, int windowBytes) {
    int given = Math.min(byteCount, unconsumedBytes);
    unconsumedBytes -= given;
    untoldCreditBytes += given;
    if (2 * untoldCreditBytes < windowBytes || peerEnded) {
      return 0;
    }
    int increment = untoldCreditBytes;
    receiveWindow += increment;
    untoldCreditBytes = 0;
    return increment;
  }

  void removeFirst() {
    if (first != null) {
      first = first.next;
      if (first == null) {
        last = null;
      }
    }
  }
}
