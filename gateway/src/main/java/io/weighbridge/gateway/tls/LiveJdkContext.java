package io.weighbridge.gateway.tls;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.JdkSslContext;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * The same for the JDK's own servers, which take a context once and keep it: {@link LiveSslContext}
 * as a context of the JDK. Thread-safe: a volatile reference.
 */
final class LiveJdkContext extends SSLContext {
  private final Current current;

  private LiveJdkContext(Current current) {
    super(current, current.context().getProvider(), current.context().getProtocol());
    this.current = current;
  }

  static LiveJdkContext of(JdkSslContext first) {
    return new LiveJdkContext(new Current(first));
  }

  /** From the next handshake on. */
  void replace(JdkSslContext next) {
    current.made = next;
  }

  private static final class Current extends SSLContextSpi {
    private volatile JdkSslContext made;

    Current(JdkSslContext first) {
      made = first;
    }

    SSLContext context() {
      return made.context();
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("made of files, and of them only");
    }

    /** Protocols, suites and what is asked of clients, as the recipe has them. */
    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
      return made.newEngine(UnpooledByteBufAllocator.DEFAULT).getSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
      return context().getSupportedSSLParameters();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return context().createSSLEngine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return context().createSSLEngine(host, port);
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
