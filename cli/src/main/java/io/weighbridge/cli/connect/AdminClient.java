package io.weighbridge.cli.connect;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.weighbridge.admin.v1.HostServiceGrpc;
import io.weighbridge.admin.v1.KeyServiceGrpc;
import io.weighbridge.admin.v1.TrafficServiceGrpc;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A connection to one gateway's admin listener. Confined to the thread that opened it; close it.
 */
public final class AdminClient implements AutoCloseable {
  private final Endpoint endpoint;
  private final ManagedChannel channel;
  private final Channel calls;
  private final int timeoutSeconds;

  /** Connects on first use. */
  public AdminClient(Endpoint endpoint, Trust trust, Credential credential, int timeoutSeconds) {
    this.endpoint = endpoint;
    this.channel = endpoint.channel(trust);
    this.calls = ClientInterceptors.intercept(channel, credential.interceptor());
    this.timeoutSeconds = timeoutSeconds;
  }

  /** Splits. */
  public TrafficServiceGrpc.TrafficServiceBlockingStub traffic() {
    return TrafficServiceGrpc.newBlockingStub(calls)
        .withDeadlineAfter(timeoutSeconds, TimeUnit.SECONDS);
  }

  /** Model hosts. */
  public HostServiceGrpc.HostServiceBlockingStub hosts() {
    return HostServiceGrpc.newBlockingStub(calls)
        .withDeadlineAfter(timeoutSeconds, TimeUnit.SECONDS);
  }

  /** Keys. */
  public KeyServiceGrpc.KeyServiceBlockingStub keys() {
    return KeyServiceGrpc.newBlockingStub(calls)
        .withDeadlineAfter(timeoutSeconds, TimeUnit.SECONDS);
  }

  /** Makes one call; a failure comes out in words. */
  public <T> T ask(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      throw GrpcFailures.explain(e, endpoint);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
