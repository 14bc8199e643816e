package io.weighbridge.host.serve;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weighbridge.host.tensor.BadInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Ends calls whose message is not the protobuf it should be, for which grpc-java would log a stack
 * trace and tell the peer UNKNOWN, or takes more memory than there is. Stands before a service that
 * parses for itself, as {@code ServerInterceptors.useInputStreamMessages} makes it. Thread-safe.
 */
final class MessageRules implements ServerInterceptor {
  /* Names and versions: what all methods but the predictions take. */
  static final int SHORT_BYTES_MAX = 64 << 10;

  private final RequestMemory memory;
  private final int predictionBytesMax;

  MessageRules(RequestMemory memory, int predictionBytesMax) {
    this.memory = memory;
    this.predictionBytesMax = predictionBytesMax;
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    RequestMemory.Share share = memory.new Share();
    CallScope.current().reckonWith(share);
    ServerCall<A, B> sharing = new SharingCall<>(call, share);
    boolean prediction = CallTally.isPrediction(call.getMethodDescriptor());
    return new SimpleForwardingServerCallListener<>(next.startCall(sharing, headers)) {
      private boolean refused;

      @Override
      public void onMessage(A message) {
        if (refused) {
          return;
        }
        try {
          super.onMessage(judged(message));
        } catch (StatusRuntimeException e) {
          refuse(isMalformed(e) ? malformed() : e);
        } catch (BadInputException e) {
          refuse(CallError.INPUT_INVALID.because(String.valueOf(e.getMessage())));
        } catch (IOException e) {
          refuse(malformed()); // No protobuf, or not compressed as it says.
        }
      }

      @SuppressWarnings("unchecked") // A is InputStream, as the class says.
      private A judged(A message) throws IOException, BadInputException {
        InputStream in = (InputStream) message;
        return (A) (prediction ? RequestBytes.parsed(in, predictionBytesMax, share) : bounded(in));
      }

      private void refuse(StatusRuntimeException error) {
        refused = true;
        Metadata trailers = error.getTrailers();
        sharing.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
        super.onCancel(); // The service may have a stream open, and would go on answering it.
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }

      @Override
      public void onCancel() {
        share.giveBack();
        super.onCancel();
      }

      @Override
      public void onComplete() {
        share.giveBack();
        super.onComplete();
      }
    };
  }

  private static InputStream bounded(InputStream message) throws IOException, BadInputException {
    byte[] bytes = message.readNBytes(SHORT_BYTES_MAX + 1);
    if (bytes.length > SHORT_BYTES_MAX) {
      throw new BadInputException("the message is longer than " + SHORT_BYTES_MAX + " bytes");
    }
    return new ByteArrayInputStream(bytes);
  }

  private static boolean isMalformed(StatusRuntimeException error) {
    return error.getStatus().getCause() instanceof InvalidProtocolBufferException;
  }

  private static StatusRuntimeException malformed() {
    return CallError.REQUEST_MALFORMED.because("the message is not the protobuf of its method");
  }

  /** An answer ends what its request holds; a stream asks for the next one after it only. */
  private static final class SharingCall<A, B> extends SimpleForwardingServerCall<A, B> {
    private final RequestMemory.Share share;

    SharingCall(ServerCall<A, B> call, RequestMemory.Share share) {
      super(call);
      this.share = share;
    }

    @Override
    public void sendMessage(B message) {
      share.giveBack();
      super.sendMessage(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      share.giveBack();
      super.close(status, trailers);
    }
  }
}
