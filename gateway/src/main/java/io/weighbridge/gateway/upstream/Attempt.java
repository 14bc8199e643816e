package io.weighbridge.gateway.upstream;

import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.http2.StreamListener;
import io.weighbridge.gateway.upstream.health.Outcome;
import io.weighbridge.gateway.upstream.health.Probation;

/** One try of a call on one host, as the upstream sees it. Called on the event loop. */
public interface Attempt extends StreamListener {

  /** The request's header block; asked for when a connection can take it. */
  HeaderBlock requestHeaders();

  /** Whether the request may be sent over this connection; one that does not suit is replaced. */
  boolean suits(HostConnection connection);

  /** The request's stream is open: its body can be sent. */
  void opened(HostConnection connection, int streamId);

  /** It is one of those that show whether the host is well again, and must say how it goes. */
  void onProbation(Probation.Trial trial);

  /** No connection could be had; the host has seen nothing. */
  void unreachable();

  /** More calls wait for a stream to the host than may; the host has seen nothing. */
  void crowdedOut();

  /** Whether the call has one message each way: only those can be timed, and fall silent. */
  boolean single();

  /** What it has shown of its host so far. */
  Shown shows();

  /** The version by whose latencies it is told which answers are late; negative without one. */
  int timedSlot();

  /** How a host does with one attempt. */
  interface Shown {
    /** Whether {@link Upstream#asked} was told of it: the host has all it needs for an answer. */
    boolean asked();

    /** Whether {@link Upstream#answers} was told of it: it has nothing to wait for any more. */
    boolean heard();

    /** What the end of the attempt says about the host. */
    Outcome outcome();

    /**
     * How long the host took, from the request's last byte to the answer's first, or was waited for
     * in vain; or -1.
     */
    long latencyNs();
  }
}
