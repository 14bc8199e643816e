package io.weighbridge.cli.audit;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Attestation;
import io.weighbridge.audit.v1.Change;
import io.weighbridge.audit.v1.IntegrityAlarm;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.cli.terminal.Quantity;
import java.util.HexFormat;
import java.util.Locale;

/** What one record says, short enough for a row of a table. */
final class RecordLine {
  private static final int DIGEST_SHOWN = 4;

  private RecordLine() {}

  static String kind(Record record) {
    return word(record.getKind());
  }

  private static String word(Kind kind) {
    return kind.name().substring("KIND_".length()).toLowerCase(Locale.ROOT);
  }

  static String who(Record record) {
    if (record.hasChange()) {
      return record.getChange().getActor();
    }
    String tenant = record.getCaller().getTenant();
    return tenant.isEmpty() ? "-" : tenant + "/" + record.getCaller().getPrincipal();
  }

  static String what(Record record) {
    return switch (record.getDetailCase()) {
      case CHANGE -> change(record.getChange());
      case ATTESTATION -> attestation(record.getAttestation());
      case INTEGRITY_ALARM -> alarm(record.getIntegrityAlarm());
      case BOOT ->
          "start of "
              + record.getGatewayId()
              + ", "
              + record.getBoot().getRecoveredRecords()
              + " records recovered";
      case GAP -> record.getGap().getCount() + " records lost: " + record.getGap().getReason();
      case FOLDED_REFUSALS ->
          record.getFoldedRefusals().getCount() + " x " + record.getRpc().getReason();
      case APPLIED -> "epoch " + record.getApplied().getEpoch();
      case SEAL -> record.getSeal().getDay() + ", " + record.getSeal().getTreeSize() + " leaves";
      case HEARTBEAT -> "";
      case ATTEMPT, DETAIL_NOT_SET -> call(record);
    };
  }

  private static String call(Record record) {
    StringBuilder line = new StringBuilder(record.getModel().getName());
    if (!record.getModel().getVersionServed().isEmpty()) {
      line.append('/').append(record.getModel().getVersionServed());
    }
    if (!record.getRoute().getHostId().isEmpty()) {
      line.append(" on ").append(record.getRoute().getHostId());
    }
    line.append(
        record.getRpc().getStatus() == 0 ? " OK" : " status " + record.getRpc().getStatus());
    if (!record.getRpc().getReason().isEmpty()) {
      line.append(' ').append(record.getRpc().getReason());
    }
    return line.append(' ').append(Quantity.duration(record.getDurationNs())).toString();
  }

  private static String change(Change change) {
    return change.getAction()
        + " "
        + change.getSubject()
        + (change.getReason().isEmpty() ? "" : ": \"" + change.getReason() + "\"");
  }

  private static String attestation(Attestation attestation) {
    return attestation.getHostId() + " " + attestation.getResult();
  }

  private static String alarm(IntegrityAlarm alarm) {
    return alarm.getHostId()
        + " "
        + alarm.getModel()
        + "/"
        + alarm.getVersion()
        + " "
        + alarm.getReason()
        + ": expected "
        + brief(alarm.getExpected())
        + ", found "
        + brief(alarm.getObserved());
  }

  /** "sha256:ab12cd34.." of raw bytes; "-" for none. */
  static String brief(ByteString digest) {
    if (digest.isEmpty()) {
      return "-";
    }
    byte[] head = digest.substring(0, Math.min(DIGEST_SHOWN, digest.size())).toByteArray();
    return "sha256:" + HexFormat.of().formatHex(head) + "..";
  }
}
