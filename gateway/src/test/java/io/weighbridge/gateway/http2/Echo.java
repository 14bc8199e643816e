package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBufAllocator;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One echoing connection; its counts may be read from any thread. */
final class Echo implements ConnectionListener {
  final AtomicInteger streams = new AtomicInteger();
  final AtomicInteger blocks = new AtomicInteger();
  final AtomicLong bytes = new AtomicLong();
  final List<Long> resets = new CopyOnWriteArrayList<>();
  final List<Long> violations = new CopyOnWriteArrayList<>();
  final AtomicInteger refused = new AtomicInteger();
  final AtomicInteger settingsChanges = new AtomicInteger();
  final AtomicInteger goodbyes = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();
  volatile @Nullable Connection connection;

  private final List<WeakReference<EchoStream>> made = new CopyOnWriteArrayList<>();
  private final ByteBufAllocator alloc;

  Echo(ByteBufAllocator alloc) {
    this.alloc = alloc;
  }

  ByteBufAllocator alloc() {
    return alloc;
  }

  @Override
  public void ready(Connection ready) {
    connection = ready;
  }

  @Override
  public void settingsChanged(Connection changed) {
    settingsChanges.incrementAndGet();
  }

  @Override
  public StreamListener accept(Connection on, int streamId) {
    streams.incrementAndGet();
    EchoStream stream = new EchoStream(on, streamId, this);
    made.add(new WeakReference<>(stream));
    return stream;
  }

  /** Streams that something still holds on to. */
  long kept() {
    System.gc();
    return made.stream().filter(each -> !each.refersTo(null)).count();
  }

  @Override
  public void refused(Connection by) {
    refused.incrementAndGet();
  }

  @Override
  public void goingAway(Connection from) {
    goodbyes.incrementAndGet();
  }

  @Override
  public void closed() {
    closed.incrementAndGet();
  }

  @Override
  public void violated(Connection by, long errorCode) {
    violations.add(errorCode);
  }
}
