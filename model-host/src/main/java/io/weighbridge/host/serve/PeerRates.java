package io.weighbridge.host.serve;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The challenges each address may send, so that one peer cannot use up what all may. An IPv6
 * network of 64 bits counts as one address. Thread-safe.
 */
final class PeerRates implements ServerInterceptor {
  /* A peer with more addresses than these uses up the rate of all without being forgotten. */
  private static final int ADDRESSES_MAX = 1024;
  /* Three peers that send all they may leave the rest a fourth of what all may. */
  private static final int SHARES = 4;
  private static final int NETWORK_BYTES = 8;

  /** Who sent this call; empty when it came over no network. */
  private static final Context.Key<ByteBuffer> SENDER =
      Context.keyWithDefault("sender", ByteBuffer.allocate(0));

  private final int perSecond;
  private final LongSupplier nanoClock;
  private final Map<ByteBuffer, AttestationEndpoint.RateLimit> rates =
      new LinkedHashMap<>(16, 0.75f, true);

  PeerRates(int perSecondOfAll, LongSupplier nanoClock) {
    perSecond = Math.max(1, perSecondOfAll / SHARES);
    this.nanoClock = nanoClock;
  }

  int perSecond() {
    return perSecond;
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    if (!(remote instanceof InetSocketAddress internet)) {
      return next.startCall(call, headers);
    }
    Context context = Context.current().withValue(SENDER, network(internet.getAddress()));
    return Contexts.interceptCall(context, call, headers, next);
  }

  private static ByteBuffer network(InetAddress address) {
    byte[] bytes = address.getAddress();
    return ByteBuffer.wrap(
        bytes, 0, address instanceof Inet6Address ? NETWORK_BYTES : bytes.length);
  }

  /** Takes a challenge of the current call's sender; false when it has none left now. */
  boolean tryAcquire() {
    return tryAcquire(SENDER.get());
  }

  boolean tryAcquire(InetAddress sender) {
    return tryAcquire(network(sender));
  }

  private boolean tryAcquire(ByteBuffer sender) {
    AttestationEndpoint.RateLimit rate;
    synchronized (rates) {
      rate =
          rates.computeIfAbsent(
              sender, _ -> new AttestationEndpoint.RateLimit(perSecond, nanoClock));
      if (rates.size() > ADDRESSES_MAX) {
        rates.remove(rates.keySet().iterator().next());
      }
    }
    return rate.tryAcquire();
  }
}
