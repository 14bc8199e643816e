package io.weighbridge.gateway.control.state;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;

/**
 * One decision: who, why, what, on what, before, after. Immutable.
 *
 * @param action such as "traffic.set"
 * @param subject such as a model's name
 */
public record Change(
    Actor actor, String reason, String action, String subject, Shown shown, Delta delta) {

  Change stamped(Stamp stamp) {
    return new Change(actor, reason, action, subject, shown, delta.stamped(stamp));
  }

  /** The record that tells of it. */
  Record record(Stamp stamp) {
    return Record.newBuilder()
        .setKind(Kind.KIND_CHANGE)
        .setRecordId(ByteString.copyFrom(stamp.recordId().toBytes()))
        .setReceivedAt(stamp.atUnixNs())
        .setCompletedAt(stamp.atUnixNs())
        .setChange(
            io.weighbridge.audit.v1.Change.newBuilder()
                .setActor(actor.principal())
                .setRole(actor.role())
                .setReason(reason)
                .setAction(action)
                .setSubject(subject)
                .setBefore(shown.before())
                .setAfter(shown.after())
                .setEpoch(stamp.epoch()))
        .build();
  }

  /**
   * Who acts: the principal and role of an admin key, or "configuration", "file", "first start".
   */
  public record Actor(String principal, String role) {
    /** The configuration file. */
    public static final Actor CONFIGURATION = new Actor("configuration", "");

    /** The keys file. */
    public static final Actor KEYS_FILE = new Actor("file", "");
  }

  /** What an auditor is shown, in JSON; empty where there is nothing. */
  public record Shown(String before, String after) {}
}
