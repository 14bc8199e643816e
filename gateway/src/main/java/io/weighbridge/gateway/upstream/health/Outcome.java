package io.weighbridge.gateway.upstream.health;

/** What the end of a try says about the host, and not about the call. */
public enum Outcome {
  /** It answered: well, or with a fault of the caller's. */
  ANSWERED,
  /** It failed in a way that the request may have caused: INTERNAL, UNKNOWN, too late. */
  ERRED,
  /** It failed whatever the request was: connection lost, protocol broken, UNAVAILABLE. */
  BROKE,
  /** Another host was asked as well and answered first. */
  CALLED_OFF,
  /** Nothing: the caller left, or the host never got to see the call. */
  NOTHING
}
