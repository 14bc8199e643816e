package io.weighbridge.gateway.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;

/**
 * A context whose certificates can be exchanged: each handshake uses those of the moment, and
 * connections that are open keep theirs. Thread-safe: a volatile reference.
 */
final class LiveSslContext extends SslContext {
  private volatile SslContext current;

  LiveSslContext(SslContext first) {
    current = first;
  }

  /** From the next handshake on. */
  void replace(SslContext next) {
    current = next;
  }

  @Override
  public boolean isClient() {
    return current.isClient();
  }

  @Override
  public List<String> cipherSuites() {
    return current.cipherSuites();
  }

  @Override
  @SuppressWarnings("deprecation") // What the superclass asks of everyone.
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return current.applicationProtocolNegotiator();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return current.newEngine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return current.newEngine(allocator, peerHost, peerPort);
  }

  @Override
  public SSLSessionContext sessionContext() {
    return current.sessionContext();
  }

  // By the current context's own methods: BoringSSL's engines do more per call in its handlers.

  @Override
  protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls) {
    return current.newHandler(allocator);
  }

  @Override
  protected SslHandler newHandler(
      ByteBufAllocator allocator, boolean startTls, Executor delegatedTasks) {
    return current.newHandler(allocator, delegatedTasks);
  }

  @Override
  protected SslHandler newHandler(
      ByteBufAllocator allocator, String peerHost, int peerPort, boolean startTls) {
    return current.newHandler(allocator, peerHost, peerPort);
  }

  @Override
  protected SslHandler newHandler(
      ByteBufAllocator allocator,
      String peerHost,
      int peerPort,
      boolean startTls,
      Executor delegatedTasks) {
    return current.newHandler(allocator, peerHost, peerPort, delegatedTasks);
  }
}
