package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.grpc.MessageFraming;
import io.weighbridge.gateway.peek.CapturedText;

/**
 * Says in a stream why one of its messages has no answer, as Triton's clients expect it: a
 * ModelStreamInferResponse with {@code error_message}, and the request's id in {@code
 * infer_response}. Stateless.
 */
final class StreamError {
  /* ModelStreamInferResponse: error_message = 1, infer_response = 2; ModelInferResponse: id = 3. */
  private static final int ERROR_MESSAGE = 0x0a;
  private static final int INFER_RESPONSE = 0x12;
  private static final int ID = 0x1a;

  private StreamError() {}

  /** The framed message. Returns it owned by the caller. */
  static ByteBuf message(
      Refusal why, CapturedText id, String recordId, ByteBufAllocator allocator) {
    byte[] text = StatusBlock.message(why, "", recordId).getBytes(UTF_8);
    ByteBuf out = allocator.buffer(MessageFraming.PREFIX_BYTES + text.length + id.length() + 8);
    out.writeZero(MessageFraming.PREFIX_BYTES);
    field(out, ERROR_MESSAGE, text, text.length);
    if (id.length() > 0) {
      out.writeByte(INFER_RESPONSE);
      varint(out, 1 + varintBytes(id.length()) + id.length());
      field(out, ID, id.array(), id.length());
    }
    return out.setInt(1, out.readableBytes() - MessageFraming.PREFIX_BYTES);
  }

  private static void field(ByteBuf out, int tag, byte[] bytes, int length) {
    out.writeByte(tag);
    varint(out, length);
    out.writeBytes(bytes, 0, length);
  }

  private static void varint(ByteBuf out, int value) {
    int rest = value;
    while (rest > 0x7f) {
      out.writeByte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.writeByte(rest);
  }

  private static int varintBytes(int value) {
    return value < 0x80 ? 1 : 2;
  }
}
