package io.weighbridge.gateway.grpc;

/** Everything a header block can be refused for: a closed list. */
public enum HeaderFault {
  NAME("header_name"),
  VALUE("header_value"),
  /** A field of HTTP/1 connections (RFC 9113 section 8.2.2), or {@code te} other than trailers. */
  CONNECTION("header_connection"),
  TE("header_te"),
  PSEUDO_UNKNOWN("pseudo_unknown"),
  PSEUDO_LATE("pseudo_late"),
  PSEUDO_MISSING("pseudo_missing"),
  /** A field that may be there once is there twice. */
  REPEATED("header_repeated"),
  SCHEME("scheme"),
  PATH("path"),
  AUTHORITY("authority"),
  /** {@code host} names another authority. */
  HOST("host"),
  STATUS("status"),
  CONTENT_LENGTH("content_length"),
  /** Not POST: HTTP 405. */
  METHOD("method"),
  /** Not gRPC: HTTP 415. */
  CONTENT_TYPE("content_type");

  private final String word;

  HeaderFault(String word) {
    this.word = word;
  }

  /** The stable word for the record. */
  public String word() {
    return word;
  }

  /**
   * The HTTP status that answers a well-formed block which is no gRPC request: 405 or 415; 0 for a
   * malformed block, whose stream is reset with PROTOCOL_ERROR.
   */
  public int httpStatus() {
    return switch (this) {
      case METHOD -> 405;
      case CONTENT_TYPE -> 415;
      default -> 0;
    };
  }
}
