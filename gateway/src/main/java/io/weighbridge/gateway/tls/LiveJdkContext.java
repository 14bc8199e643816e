package io.weighbridge.gateway.tls;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * The same for the JDK's own servers, which take a context once and keep it: {@link LiveSslContext}
 * as a context of the JDK. Thread-safe: a volatile reference.
 *
 * <p>Each connection has a context of its own, so that there is no session to take up again; the
 * JDK cannot be told to keep none, and renews the tickets of those it takes up.
 */
final class LiveJdkContext extends SSLContext {
  private final Current current;

  private LiveJdkContext(Current current) {
    super(current, current.context().getProvider(), current.context().getProtocol());
    this.current = current;
  }

  static LiveJdkContext of(SslContextBuilder first) throws SSLException {
    return new LiveJdkContext(new Current(Recipe.of(first)));
  }

  /** From the next handshake on. */
  void replace(SslContextBuilder next) throws SSLException {
    current.recipe = Recipe.of(next);
  }

  /**
   * One set of certificates.
   *
   * @param made to be asked what connections are like
   */
  private record Recipe(SslContextBuilder builder, JdkSslContext made) {
    static Recipe of(SslContextBuilder builder) throws SSLException {
      return new Recipe(builder, (JdkSslContext) builder.build());
    }

    SSLContext fresh() {
      try {
        return ((JdkSslContext) builder.build()).context();
      } catch (SSLException e) {
        throw new IllegalStateException("certificates that were taken are not good any more", e);
      }
    }
  }

  private static final class Current extends SSLContextSpi {
    private volatile Recipe recipe;

    Current(Recipe first) {
      recipe = first;
    }

    SSLContext context() {
      return recipe.made().context();
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("made of files, and of them only");
    }

    /** Protocols, suites and what is asked of clients, as the recipe has them. */
    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
      return recipe.made().newEngine(UnpooledByteBufAllocator.DEFAULT).getSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
      return context().getSupportedSSLParameters();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return recipe.fresh().createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return recipe.fresh().createSSLEngine(host, port);
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return context().getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return context().getServerSocketFactory();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return context().getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return context().getClientSessionContext();
    }
  }
}
