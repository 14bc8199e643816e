package io.weighbridge.gateway.record;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Hex;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;

/**
 * Writes the records of one event loop and lends it digests. Confined to that loop.
 *
 * <p>There is one {@link CallRecord} per loop: it is filled and appended within one call of {@link
 * #append}, never kept.
 */
public final class Recorder {
  /** Bytes of a SHA-256. */
  public static final int SHA256_BYTES = 32;

  /** What is copied out of a buffer at once: digests take arrays, buffers are off the heap. */
  private static final int SCRATCH_BYTES = 16 * 1024;

  private final Lane lane;
  private final CallRecord callRecord = new CallRecord();
  private final byte[] scratch = new byte[SCRATCH_BYTES];
  private final ArrayDeque<MessageDigest> spare = new ArrayDeque<>();

  /** The recorder of the loop that owns this lane. */
  public Recorder(Lane lane) {
    this.lane = lane;
  }

  /** A recorder that records nothing, and has the lane count the calls. */
  public static Recorder counting(Lane lane) {
    return new Recorder(new CountedLane(lane));
  }

  /** The empty record to fill; it is the same object each time. */
  public CallRecord begin() {
    callRecord.clear();
    return callRecord;
  }

  /** Appends what was filled in since {@link #begin}; false when the ledger cannot take it. */
  public boolean append() {
    return lane.append(callRecord);
  }

  /** Counts a record that was not taken although its call was served. */
  public void countLost() {
    lane.countLost();
  }

  /** Whether the ledger takes records now. */
  public boolean accepting() {
    return lane.accepting();
  }

  /** A fresh SHA-256; give it back with {@link #giveBack}. */
  public MessageDigest sha256() {
    MessageDigest digest = spare.poll();
    if (digest != null) {
      return digest;
    }
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Takes a digest back, used or not. */
  public void giveBack(MessageDigest digest) {
    digest.reset();
    spare.push(digest);
  }

  /** Adds bytes of a buffer, from an absolute index. Borrows the buffer. */
  public void update(MessageDigest digest, ByteBuf data, int offset, int length) {
    for (int done = 0; done < length; ) {
      int part = Math.min(SCRATCH_BYTES, length - done);
      data.getBytes(offset + done, scratch, 0, part);
      digest.update(scratch, 0, part);
      done += part;
    }
  }

  /** The text of a record id: 8-4-4-4-12 lower-case hex digits (RFC 9562). */
  public static AsciiString idText(long high, long low) {
    byte[] text = new byte[36];
    Hex.put8(text, 0, high >>> 32);
    Hex.put4and4(text, 9, high);
    Hex.put4and4(text, 19, low >>> 32);
    Hex.put8(text, 28, low);
    text[8] = '-';
    text[13] = '-';
    text[18] = '-';
    text[23] = '-';
    return new AsciiString(text, false);
  }
}
