package io.weighbridge.gateway.call;

/**
 * How a caller proved who it is; the ordinal is the number in {@code
 * weighbridge.audit.v1.AuthMethod}.
 */
public enum AuthMethod {
  NONE,
  API_KEY,
  JWT,
  MTLS
}
