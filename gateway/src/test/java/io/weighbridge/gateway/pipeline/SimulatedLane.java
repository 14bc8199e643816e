package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weighbridge.gateway.record.Recorder;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A lane that is full at times, and knows which call each record is of. Confined to its loop. */
final class SimulatedLane implements Lane {
  private static final int KIND_ATTEMPT = 3;

  /** What it was asked to take of one call. */
  static final class OfCall {
    int taken;
    int attempts;
    int denied;
  }

  boolean full;
  private final Map<String, OfCall> byCall = new HashMap<>();
  private final Set<String> ids = new HashSet<>();
  private long sequence;

  /** What became of the records of the call with this idempotency key. */
  OfCall of(String call) {
    return byCall.computeIfAbsent(call, key -> new OfCall());
  }

  /** Whether a record of this id was taken. */
  boolean took(String recordId) {
    return ids.contains(recordId);
  }

  @Override
  public boolean append(CallRecord from) {
    OfCall call = of(new String(from.idempotencyKey, UTF_8));
    if (full) {
      call.denied += from.kind == KIND_ATTEMPT ? 0 : 1;
      return false;
    }
    from.recordIdHigh = 7;
    from.recordIdLow = ++sequence;
    ids.add(Recorder.idText(from.recordIdHigh, from.recordIdLow).toString());
    if (from.kind == KIND_ATTEMPT) {
      call.attempts++;
    } else {
      call.taken++;
    }
    return true;
  }

  @Override
  public boolean accepting() {
    return !full;
  }

  @Override
  public void countLost() {
    throw new AssertionError("nothing is served unrecorded here");
  }
}
