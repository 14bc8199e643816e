package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.wire.Frames.DATA;
import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.MAX_PAYLOAD;
import static io.weighbridge.gateway.wire.Frames.WINDOW_UPDATE;
import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.windowUpdate;

import io.weighbridge.gateway.wire.Frame;
import io.weighbridge.gateway.wire.RawPeer;

/** Sends data as far as the peer's windows allow, the way an honest peer does. Stateless. */
final class Uploads {
  private Uploads() {}

  /** Reads until so many bytes may be sent on the stream. */
  static void awaitCredit(RawPeer peer, int streamId, int byteCount) {
    while (peer.credit().available(streamId) < byteCount) {
      peer.await("credit", frame -> frame.type() == WINDOW_UPDATE);
    }
  }

  /** Sends so many bytes and leaves the stream open. */
  static void send(RawPeer peer, int streamId, int byteCount) {
    for (int left = byteCount; left > 0; ) {
      int part = Math.min(left, MAX_PAYLOAD);
      awaitCredit(peer, streamId, part);
      peer.credit().spend(streamId, part);
      peer.send(data(streamId, 0, new byte[part]));
      left -= part;
    }
  }

  /**
   * Sends so many bytes on a stream that echoes, ends it and reads everything that comes back,
   * giving credit as it comes.
   */
  static int exchange(RawPeer peer, int streamId, int byteCount) {
    int left = byteCount;
    int back = 0;
    boolean ended = false;
    while (!ended) {
      while (left > 0 && peer.credit().available(streamId) > 0) {
        int part = (int) Math.min(Math.min(left, MAX_PAYLOAD), peer.credit().available(streamId));
        peer.credit().spend(streamId, part);
        left -= part;
        peer.send(data(streamId, left == 0 ? END_STREAM : 0, new byte[part]));
      }
      Frame frame = peer.await("an echo", any -> true);
      if (frame.is(DATA, streamId)) {
        back += frame.payload().length;
        ended = frame.has(END_STREAM);
        if (frame.payload().length > 0) {
          peer.send(
              windowUpdate(0, frame.payload().length),
              windowUpdate(streamId, frame.payload().length));
        }
      }
    }
    return back;
  }
}
