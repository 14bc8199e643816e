package io.weighbridge.gateway.call;

/** How a caller proved who it is. */
public enum AuthMethod {
  NONE(0),
  API_KEY(1),
  JWT(2),
  MTLS(3);

  private final int number;

  AuthMethod(int number) {
    this.number = number;
  }

  /** The number in {@code weighbridge.audit.v1.AuthMethod}. */
  public int number() {
    return number;
  }
}
