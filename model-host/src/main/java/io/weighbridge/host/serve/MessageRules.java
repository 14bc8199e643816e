package io.weighbridge.host.serve;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;

/**
 * Ends calls whose message is not the protobuf it should be: grpc-java would log a stack trace for
 * each and tell the peer UNKNOWN. Stands before a service that parses for itself, as {@code
 * ServerInterceptors.useInputStreamMessages} makes it. Stateless.
 */
final class MessageRules implements ServerInterceptor {

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean refused;

      @Override
      public void onMessage(A message) {
        if (refused) {
          return;
        }
        try {
          super.onMessage(message);
        } catch (StatusRuntimeException e) {
          if (!(e.getStatus().getCause() instanceof InvalidProtocolBufferException)) {
            throw e;
          }
          refused = true;
          StatusRuntimeException error =
              CallError.REQUEST_MALFORMED.because("the message is not the protobuf of its method");
          Metadata trailers = error.getTrailers();
          call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
        }
      }

      @Override
      public void onHalfClose() {
        if (!refused) {
          super.onHalfClose();
        }
      }
    };
  }
}
