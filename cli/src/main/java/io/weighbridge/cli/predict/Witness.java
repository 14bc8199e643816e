package io.weighbridge.cli.predict;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/**
 * Notes of every call what its caller can keep, and sees the very bytes of both messages on their
 * way out and in: no re-encoding. Immutable.
 */
final class Witness implements ClientInterceptor {
  /** The observation of a call travels in its options. */
  static final CallOptions.Key<Observation> OBSERVATION = CallOptions.Key.create("observation");

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    Observation observation = options.getOption(OBSERVATION);
    if (observation == null) {
      return next.newCall(method, options);
    }
    MethodDescriptor<Q, R> tapped =
        method.toBuilder(
                new Tapped<>(method.getRequestMarshaller(), observation::request),
                new Tapped<>(method.getResponseMarshaller(), observation::response))
            .build();
    return new SimpleForwardingClientCall<>(next.newCall(tapped, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(new Watching<>(listener, observation), headers);
      }
    };
  }

  private static final class Watching<R> extends SimpleForwardingClientCallListener<R> {
    private final Observation observation;

    Watching(ClientCall.Listener<R> listener, Observation observation) {
      super(listener);
      this.observation = observation;
    }

    @Override
    public void onHeaders(Metadata headers) {
      observation.headers(headers);
      super.onHeaders(headers);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      observation.closed(status, trailers);
      super.onClose(status, trailers);
    }
  }

  private record Tapped<T>(MethodDescriptor.Marshaller<T> marshaller, Consumer<byte[]> seen)
      implements MethodDescriptor.Marshaller<T> {
    @Override
    public InputStream stream(T message) {
      try (InputStream stream = marshaller.stream(message)) {
        return tap(stream);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public T parse(InputStream stream) {
      try {
        return marshaller.parse(tap(stream));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private InputStream tap(InputStream stream) throws IOException {
      byte[] bytes = stream.readAllBytes();
      seen.accept(bytes);
      return new ByteArrayInputStream(bytes);
    }
  }
}
