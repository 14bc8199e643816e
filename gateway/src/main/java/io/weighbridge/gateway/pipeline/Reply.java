package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.HeaderBlock;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The caller's side of one call: what it was sent, and in which order. Confined to the call's event
 * loop; owns what waits in it.
 */
final class Reply {
  private final CallerConnection caller;
  private final int streamId;
  private boolean begun;
  private boolean heardAll;

  /** Whether a piece was sent, and whether it left a message unfinished. */
  private boolean passed;

  private boolean within;

  private @Nullable ArrayDeque<ByteBuf> waiting;

  /** What the first of them says. */
  private @Nullable CallEnd waitingEnd;

  private @Nullable CallEnd owedEnd;

  Reply(CallerConnection caller, int streamId) {
    this.caller = caller;
    this.streamId = streamId;
  }

  /** The caller sent something, maybe the last of it. */
  void heard(boolean all) {
    heardAll = all;
  }

  /** Whether the caller has sent all it will. */
  boolean heardAll() {
    return heardAll;
  }

  /** Whether the first block was sent. */
  boolean begun() {
    return begun;
  }

  /** Sends the first block. */
  void begin(HeaderBlock block) {
    begun = true;
    caller.http2().sendHeaders(streamId, block, false);
  }

  /**
   * Sends a piece of a message. Takes ownership of {@code data}.
   *
   * @param endsMessage whether a message ends with it
   */
  void piece(ByteBuf data, int receiptBytes, boolean endsMessage) {
    passed = true;
    within = !endsMessage;
    caller.http2().sendData(streamId, data, false, receiptBytes);
    insertWaiting();
  }

  /**
   * It is known what the host's messages look like.
   *
   * @param plain whether they have no place for an error: what waits is owed as the end then
   */
  void follows(boolean plain) {
    if (plain && waiting != null) {
      owedEnd = waitingEnd;
      release();
    }
  }

  /** How the call has to end once the message at hand has left; null when it may go on. */
  @Nullable CallEnd owedEnd() {
    return owedEnd;
  }

  /**
   * Sends a whole message of our own between two of the host's: after the first one, which shows
   * what the host's look like. Takes ownership of {@code message}.
   *
   * @param says what an end would say instead
   */
  void insert(ByteBuf message, CallEnd says) {
    ArrayDeque<ByteBuf> queue = waiting;
    if (queue == null) {
      queue = new ArrayDeque<>();
      waiting = queue;
      waitingEnd = says;
    }
    queue.add(message);
    insertWaiting();
  }

  private void insertWaiting() {
    ArrayDeque<ByteBuf> queue = waiting;
    if (queue != null && passed && !within) {
      sendWaiting(queue);
    }
  }

  private void sendWaiting(ArrayDeque<ByteBuf> queue) {
    waiting = null;
    for (ByteBuf message : queue) {
      caller.http2().sendData(streamId, message, false, 0);
    }
  }

  /** Sends the last block after all others. */
  void end(HeaderBlock block, AsciiString recordId) {
    if (waiting != null && !within) {
      sendWaiting(waiting);
    }
    if (!recordId.isEmpty()) {
      block.add(GrpcNames.RECORD_ID, recordId);
    }
    caller.http2().sendHeaders(streamId, block, true);
  }

  /** Sends the first block and the last: in one, unless a message of ours waits for them. */
  void endFrom(HeaderBlock head, HeaderBlock last, AsciiString recordId) {
    if (waiting == null) {
      end(head.addAll(last), recordId);
    } else {
      begin(head);
      end(last, recordId);
    }
  }

  /** Ends with a status of ours. */
  void refuse(CallEnd last, AsciiString recordId, long pushbackMs) {
    HeaderBlock block =
        StatusBlock.refusal(new HeaderBlock(), last, recordId.toString(), pushbackMs);
    if (begun) {
      end(block, recordId);
    } else {
      endFrom(StatusBlock.trailersOnly(), block, recordId);
    }
  }

  /** Lets the caller send more. */
  void credit(int byteCount) {
    caller.http2().credit(streamId, byteCount);
  }

  /** The call is answered: whatever the caller has not sent yet is not wanted any more. */
  void stopRequest() {
    if (!heardAll) {
      caller.http2().reset(streamId, ErrorCode.NO_ERROR);
    }
  }

  /** Gives back what was never sent. */
  void release() {
    ArrayDeque<ByteBuf> queue = waiting;
    if (queue != null) {
      waiting = null;
      queue.forEach(ByteBuf::release);
    }
  }
}
