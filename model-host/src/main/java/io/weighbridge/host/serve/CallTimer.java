package io.weighbridge.host.serve;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Ends unary calls whose request does not arrive: grpc-java waits for a slow body for ever.
 * Thread-safe.
 */
final class CallTimer implements ServerInterceptor, AutoCloseable {
  /* A message of the largest size on a slow link; the gateway's own body timer is shorter. */
  static final long BODY_MS = 60_000;

  private final long bodyMs;
  private final ScheduledThreadPoolExecutor timer;

  CallTimer(long bodyMs) {
    this.bodyMs = bodyMs;
    timer = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "call-timer"));
    timer.setRemoveOnCancelPolicy(true);
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    if (!call.getMethodDescriptor().getType().clientSendsOneMessage()) {
      return next.startCall(call, headers);
    }
    TimedListener<A> listener = new TimedListener<>(call, next.startCall(call, headers));
    listener.timeout = timer.schedule(listener::timeOut, bodyMs, TimeUnit.MILLISECONDS);
    return listener;
  }

  /** Either the request arrives whole or the time is up: whichever is first decides. */
  private static final class TimedListener<A> extends SimpleForwardingServerCallListener<A> {
    private final ServerCall<?, ?> call;
    private final AtomicBoolean decided = new AtomicBoolean();
    private volatile @Nullable ScheduledFuture<?> timeout;

    TimedListener(ServerCall<?, ?> call, ServerCall.Listener<A> next) {
      super(next);
      this.call = call;
    }

    void timeOut() {
      if (decided.compareAndSet(false, true)) {
        StatusRuntimeException error =
            CallError.TIMED_OUT.because("the request did not arrive whole in time");
        Metadata trailers = error.getTrailers();
        call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
      }
    }

    @Override
    public void onHalfClose() {
      if (decided.compareAndSet(false, true)) {
        stop();
        super.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      stop();
      super.onCancel();
    }

    private void stop() {
      ScheduledFuture<?> scheduled = timeout;
      if (scheduled != null) {
        scheduled.cancel(false);
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
