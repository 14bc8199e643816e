package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** Our own transport behind TLS, to be tested. Confined to its event loop. */
final class SecuredTested implements Tested {
  private final LeanTested plain;
  private final Contexts contexts;

  /**
   * What both sides speak with.
   *
   * @param peer the test's, whichever side it is
   */
  record Contexts(SslContext server, SslContext client, SSLContext peer) {}

  SecuredTested(EventLoop loop, long queuedBytesMax, Contexts contexts) {
    plain = new LeanTested(loop, queuedBytesMax);
    this.contexts = contexts;
  }

  @Override
  public void serve(Channel channel, Http2Limits limits, ConnectionListener listener) {
    begin(
        channel,
        contexts.server.newHandler(channel.alloc()),
        listener,
        () -> plain.serve(channel, limits, listener));
  }

  @Override
  public void connect(Channel channel, Http2Limits limits, ConnectionListener listener) {
    begin(
        channel,
        contexts.client.newHandler(channel.alloc(), "localhost", 1),
        listener,
        () -> plain.connect(channel, limits, listener));
  }

  private void begin(
      Channel channel, SslHandler tls, ConnectionListener listener, Runnable whenSecured) {
    plain
        .transport()
        .secure(
            channel,
            tls,
            TimeUnit.SECONDS.toNanos(5),
            new TlsStart.Outcome() {
              @Override
              public void secured(Channel open, SSLSession session) {
                whenSecured.run();
              }

              @Override
              public void failed(TlsStart.Fault fault, String detail) {
                listener.closed();
              }
            });
  }

  @Override
  public Socket peerOf(Socket connected, boolean client) throws IOException {
    SSLSocket socket =
        (SSLSocket)
            contexts
                .peer
                .getSocketFactory()
                .createSocket(connected, "localhost", connected.getPort(), true);
    socket.setUseClientMode(client);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2"});
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  @Override
  public long queuedBytes() {
    return plain.queuedBytes();
  }
}
