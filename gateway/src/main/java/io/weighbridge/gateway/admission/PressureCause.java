package io.weighbridge.gateway.admission;

import io.weighbridge.gateway.call.Refusal;
import java.util.Locale;

/** Why an event loop refuses a part of what comes: a closed list. */
public enum PressureCause {
  /** The loop is late, time and again. */
  LAG("this gateway is behind with its work"),
  /** Too much waits on the loop for those who take it slowly. */
  QUEUED_BYTES("this gateway holds too much for slow receivers"),
  /** The process's buffers hold nearly all they may. */
  DIRECT_MEMORY("this gateway is short of memory for buffers"),
  /** Collections find hardly anything to collect. */
  HEAP("this gateway is short of heap");

  @SuppressWarnings("ImmutableEnumChecker") // A record of values.
  private final Admission.Refused refused;

  PressureCause(String detail) {
    refused = new Admission.Refused(Refusal.OVERLOADED, detail, 0);
  }

  /** What a call is told. */
  public Admission.Refused refused() {
    return refused;
  }

  /** The word for people and metrics. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
