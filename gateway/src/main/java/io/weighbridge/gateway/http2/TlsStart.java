package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * A connection before its HTTP/2: waits for the TLS handshake and for {@code h2} as what it agreed
 * on (RFC 9113 section 3.2). Confined to its event loop.
 */
public final class TlsStart extends ChannelInboundHandlerAdapter {
  private final SslHandler tls;
  private final Outcome outcome;
  private boolean told;

  /** What became of the handshake: exactly one of these. */
  public interface Outcome {
    /** HTTP/2 can begin on the channel. */
    void secured(Channel channel, SSLSession session);

    /**
     * The channel closes.
     *
     * @param detail what was found, in a short line of printable characters
     */
    void failed(Fault fault, String detail);
  }

  /** Why a handshake failed, as far as we can tell. */
  public enum Fault {
    /** The peer took too long. */
    TIMEOUT(true),
    /** The peer left, or was not reached. */
    PEER_LEFT(false),
    /** The peer said no, most often to our certificate. */
    PEER_REFUSED(false),
    /** The peer's certificate was not accepted, or it showed none where one was required. */
    CERTIFICATE(true),
    /** The peer does not speak TLS, or not one that we speak. */
    PROTOCOL(true),
    /** The peer does not speak HTTP/2. */
    NO_HTTP2(true);

    private final boolean refused;

    Fault(boolean refused) {
      this.refused = refused;
    }

    /** Whether it was we who said no. */
    public boolean refused() {
      return refused;
    }

    /** The word for it in records and logs. */
    public String word() {
      return "tls_" + name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int CAUSES_MAX = 10;

  private TlsStart(SslHandler tls, Outcome outcome) {
    this.tls = tls;
    this.outcome = outcome;
  }

  /** Begins on a channel that has no other handlers. */
  static void begin(Channel channel, SslHandler tls, long handshakeNs, Outcome outcome) {
    tls.setHandshakeTimeout(handshakeNs, TimeUnit.NANOSECONDS);
    channel.pipeline().addLast(tls, new TlsStart(tls, outcome));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent done && !told) {
      if (!done.isSuccess()) {
        fail(ctx, done.cause());
      } else if (!"h2".equals(tls.applicationProtocol())) {
        fail(ctx, Fault.NO_HTTP2, "ALPN did not agree on h2");
      } else {
        told = true;
        ctx.pipeline().remove(this);
        outcome.secured(ctx.channel(), tls.engine().getSession());
      }
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    fail(ctx, Fault.PEER_LEFT, "the connection ended");
    super.channelInactive(ctx);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, cause);
  }

  private void fail(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, ctx.channel().isActive() ? fault(cause) : Fault.PEER_LEFT, detail(cause));
  }

  private void fail(ChannelHandlerContext ctx, Fault fault, String detail) {
    if (!told) {
      told = true;
      outcome.failed(fault, detail);
    }
    var _ = ctx.close();
  }

  private static Fault fault(Throwable cause) {
    for (@Nullable Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof SslHandshakeTimeoutException) {
        return Fault.TIMEOUT;
      } else if (says(at, "ALERT")) {
        return Fault.PEER_REFUSED;
      } else if (at instanceof CertificateException || says(at, "CERTIFICATE")) {
        return Fault.CERTIFICATE;
      } else if (at instanceof NotSslRecordException) {
        return Fault.PROTOCOL;
      }
    }
    return cause instanceof IOException && !(cause instanceof SSLException)
        ? Fault.PEER_LEFT
        : Fault.PROTOCOL;
  }

  /** What the peer's alerts and missing certificates are is told by BoringSSL in words only. */
  private static boolean says(Throwable cause, String word) {
    String message = cause.getMessage();
    return cause instanceof SSLException
        && message != null
        && message.toUpperCase(Locale.ROOT).contains(word);
  }

  /** The innermost reason; a peer had its hand in it, so that it may not break a log's lines. */
  private static String detail(Throwable cause) {
    Throwable innermost = cause;
    for (int depth = 0; innermost.getCause() != null && depth < CAUSES_MAX; depth++) {
      innermost = innermost.getCause();
    }
    return PeerText.shown(String.valueOf(innermost.getMessage()));
  }
}
