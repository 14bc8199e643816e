package io.weighbridge.gateway.http2;

import io.weighbridge.gateway.wire.RawPeer;
import java.util.function.Consumer;

/**
 * One thing a peer does after settings were exchanged, and how it must end. Immutable.
 *
 * @param section the section of RFC 9113 that says so, or of RFC 7541 when it begins with {@code
 *     HPACK}
 */
record WireCase(String section, String name, Consumer<RawPeer> act, Consumer<RawPeer> outcome) {

  /** Sends these bytes at once. */
  static Consumer<RawPeer> send(byte[]... frames) {
    return peer -> peer.send(frames);
  }

  /** A connection error: GOAWAY with one of these codes, then the end. */
  static Consumer<RawPeer> shutOut(int... errorCodes) {
    return peer -> peer.awaitShutOut(errorCodes);
  }

  /** A stream error: RST_STREAM with one of these codes; the connection lives on. */
  static Consumer<RawPeer> reset(int streamId, int... errorCodes) {
    return peer -> peer.awaitReset(streamId, errorCodes);
  }

  /** RST_STREAM or GOAWAY with one of these codes, where the RFC leaves the choice. */
  static Consumer<RawPeer> resetOrShutOut(int streamId, int... errorCodes) {
    return peer -> peer.awaitResetOrShutOut(streamId, errorCodes);
  }

  /** Nothing happens: the connection lives on. */
  static Consumer<RawPeer> nothing() {
    return peer -> {
      peer.probe();
      peer.sawNoError();
    };
  }

  /** The stream is answered. */
  static Consumer<RawPeer> answered(int streamId) {
    return peer -> {
      peer.awaitHeaders(streamId);
      peer.probe();
      peer.sawNoError();
    };
  }

  @Override
  public String toString() {
    return section + " " + name;
  }
}
