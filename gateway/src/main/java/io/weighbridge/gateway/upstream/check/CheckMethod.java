package io.weighbridge.gateway.upstream.check;

import java.util.Locale;

/** What a host is asked, to find out whether it is ready. */
public enum CheckMethod {
  /** Open Inference Protocol's ModelReady, for each version that it serves. */
  MODEL_READY,
  /** Its ServerReady: the answer counts for all that the host serves. */
  SERVER_READY,
  /** {@code grpc.health.v1.Health/Check} of the whole host: for all that it serves, too. */
  GRPC_HEALTH,
  /** Nothing. */
  NONE;

  /** The word in configuration and for people. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
