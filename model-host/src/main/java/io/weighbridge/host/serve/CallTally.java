package io.weighbridge.host.serve;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.weighbridge.attest.v1.CallCounters;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Counts predictions per gateway and boot of it, for the attestation: both sides count, and a
 * difference shows calls that left no record. Thread-safe.
 *
 * <p>A prediction is one ModelInfer or ModelStreamInfer call with a gateway's id and boot epoch in
 * its metadata. It is answered when closed OK, failed when closed otherwise, cancelled when the
 * peer left first.
 */
final class CallTally implements ServerInterceptor {
  static final Metadata.Key<String> GATEWAY_ID =
      Metadata.Key.of("weighbridge-gateway-id", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> BOOT_EPOCH =
      Metadata.Key.of("weighbridge-boot-epoch", Metadata.ASCII_STRING_MARSHALLER);

  /** Pairs that sent calls and never a challenge; the one unused longest is forgotten first. */
  static final int STRANGERS_MAX = 256;

  /**
   * Pairs that sent a challenge. Challenges have a rate, so as shipped it takes strangers longer to
   * push a gateway out (204 s) than its proof holds (180 s), and it asks again before that.
   */
  static final int CHALLENGERS_MAX = 4096;

  private static final int ID_CHARS_MAX = 128;
  private static final Set<String> PREDICTIONS = Set.of("ModelInfer", "ModelStreamInfer");

  /* Both guarded by this object. */
  private final Map<Peer, Counts> strangers = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<Peer, Counts> challengers = new LinkedHashMap<>(16, 0.75f, true);

  /** A gateway's run; {@code bootEpoch} is unsigned. */
  record Peer(String gatewayId, long bootEpoch) {}

  /** Guarded by itself. */
  private static final class Counts {
    private long started;
    private long answered;
    private long failed;
    private long cancelled;

    synchronized void start() {
      started++;
    }

    synchronized void end(boolean left, boolean ok) {
      if (left) {
        cancelled++;
      } else if (ok) {
        answered++;
      } else {
        failed++;
      }
    }

    synchronized CallCounters snapshot() {
      return CallCounters.newBuilder()
          .setStarted(started)
          .setAnswered(answered)
          .setFailed(failed)
          .setCancelled(cancelled)
          .setInFlight(started - answered - failed - cancelled)
          .build();
    }
  }

  /**
   * What was counted for a pair that sends a challenge; zeros for one never seen. From now on calls
   * of strangers cannot push it out.
   */
  CallCounters challenged(Peer peer) {
    if (peer.gatewayId.isEmpty() || peer.gatewayId.length() > ID_CHARS_MAX) {
      return CallCounters.getDefaultInstance(); // No call of it is counted.
    }
    Counts counts;
    synchronized (this) {
      Counts stranger = strangers.remove(peer);
      counts = challengers.computeIfAbsent(peer, _ -> stranger == null ? new Counts() : stranger);
      bound(challengers, CHALLENGERS_MAX);
    }
    return counts.snapshot();
  }

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    Peer peer = peerOf(headers);
    if (!isPrediction(call.getMethodDescriptor()) || peer == null) {
      return next.startCall(call, headers);
    }
    Counts counts = countsOf(peer);
    counts.start();
    AtomicBoolean ended = new AtomicBoolean();
    ServerCall<A, B> counted =
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            if (ended.compareAndSet(false, true)) {
              counts.end(false, status.isOk());
            }
            super.close(status, trailers);
          }
        };
    return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
      @Override
      public void onCancel() {
        if (ended.compareAndSet(false, true)) {
          counts.end(true, false);
        }
        super.onCancel();
      }
    };
  }

  static boolean isPrediction(MethodDescriptor<?, ?> method) {
    String name = method.getBareMethodName();
    return name != null && PREDICTIONS.contains(name);
  }

  private synchronized Counts countsOf(Peer peer) {
    Counts counts = challengers.get(peer);
    if (counts == null) {
      counts = strangers.computeIfAbsent(peer, _ -> new Counts());
      bound(strangers, STRANGERS_MAX);
    }
    return counts;
  }

  private static void bound(Map<Peer, Counts> counts, int max) {
    if (counts.size() > max) {
      counts.remove(counts.keySet().iterator().next());
    }
  }

  private static @Nullable Peer peerOf(Metadata headers) {
    String id = headers.get(GATEWAY_ID);
    String epoch = headers.get(BOOT_EPOCH);
    if (id == null || id.isEmpty() || id.length() > ID_CHARS_MAX || epoch == null) {
      return null;
    }
    try {
      return new Peer(id, Long.parseUnsignedLong(epoch));
    } catch (NumberFormatException e) {
      return null; // Not a gateway of ours.
    }
  }
}
