package io.weighbridge.gateway.http2;

/** What a peer wrote, made fit for logs and for people's terminals. Stateless. */
public final class PeerText {
  /* Two digests and what is said of them. */
  static final int CHARS_MAX = 300;

  private PeerText() {}

  /** The text as one short line of printable ASCII: a peer can neither forge lines nor flood. */
  public static String shown(String text) {
    return text.substring(0, Math.min(text.length(), CHARS_MAX)).replaceAll("[^ -~]", "?");
  }
}
