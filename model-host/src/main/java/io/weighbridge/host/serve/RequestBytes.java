package io.weighbridge.host.serve;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.weighbridge.host.tensor.BadInputException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Makes predictions of messages, with heap taken before it is used. Stateless. */
final class RequestBytes {
  private static final int FIRST_BYTES = 8 << 10;
  private static final Marshaller<ModelInferRequest> MARSHALLER =
      GRPCInferenceServiceGrpc.getModelInferMethod().getRequestMarshaller();
  /* Fields nobody knows are skipped: kept, they would take many times their size. */
  private static final Parser<ModelInferRequest> PARSER =
      DiscardUnknownFieldsParser.wrap(ModelInferRequest.parser());

  private RequestBytes() {}

  /**
   * The parsed message, as the stream in which grpc-java's marshaller finds it as it is.
   *
   * @param bytesMax what grpc-java lets it have
   */
  static InputStream parsed(InputStream message, int bytesMax, RequestMemory.Share share)
      throws IOException, BadInputException {
    boolean known = message instanceof KnownLength;
    byte[] bytes = {};
    int size = 0;
    do {
      int room =
          known ? message.available() : Math.min(bytesMax - size, Math.max(FIRST_BYTES, size));
      share.take(room);
      bytes = Arrays.copyOf(bytes, size + room);
      size += message.readNBytes(bytes, size, room);
    } while (!known && size == bytes.length && size < bytesMax);
    if (!known && size == bytesMax && message.read() >= 0) {
      // grpc-java says so itself, at the first byte beyond.
      throw new BadInputException("the message is longer than " + bytesMax + " bytes");
    }
    share.take(RequestWalk.heapBytes(bytes, size));
    // Safe: nobody writes to them. What the message has of them are views.
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes, 0, size).newCodedInput();
    in.enableAliasing(true);
    ModelInferRequest request = PARSER.parseFrom(in);
    share.take(RequestWalk.rawTextsBytes(request));
    return MARSHALLER.stream(request);
  }
}
