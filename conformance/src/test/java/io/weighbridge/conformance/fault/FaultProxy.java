package io.weighbridge.conformance.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A port in front of another that passes bytes on, and does to them what the network does on a bad
 * day. Thread-safe: every command is carried out on the proxy's own thread before it returns.
 */
final class FaultProxy implements AutoCloseable {
  private static final long TICK_MS = 5;
  private static final long COMMAND_S_MAX = 30;

  private final Selector selector;
  private final InetSocketAddress address;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final List<ProxiedConnection> connections = new ArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final Set<SocketAddress> garbled = ConcurrentHashMap.newKeySet();
  private volatile InetSocketAddress target;
  private @Nullable ServerSocketChannel port;
  private Fault towardsTarget = Fault.NONE;
  private Fault towardsCaller = Fault.NONE;

  /** A proxy in front of this address, on a free port of the loopback. */
  FaultProxy(InetSocketAddress target) throws IOException {
    this.target = target;
    selector = Selector.open();
    port = open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    address = (InetSocketAddress) port.getLocalAddress();
    var _ = Thread.ofPlatform().daemon().name("fault-proxy-" + address.getPort()).start(this::run);
  }

  private ServerSocketChannel open(InetSocketAddress at) throws IOException {
    ServerSocketChannel opened = ServerSocketChannel.open();
    opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    opened.bind(at);
    opened.configureBlocking(false);
    opened.register(selector, SelectionKey.OP_ACCEPT);
    return opened;
  }

  /** Where it listens. */
  InetSocketAddress address() {
    return address;
  }

  /** Connections taken so far. */
  int accepted() {
    return accepted.get();
  }

  /** Whether what passed on the connection from there was garbled, ever. */
  boolean garbled(SocketAddress caller) {
    return garbled.contains(caller);
  }

  /** Connections made from now on go there. */
  void target(InetSocketAddress next) {
    target = next;
  }

  /** What befalls bytes on their way to the target, on every connection from now on. */
  void towardsTarget(Fault fault) {
    command(() -> {
      towardsTarget = fault;
      suffer();
    });
  }

  /** What befalls bytes on their way to the caller, on every connection from now on. */
  void towardsCaller(Fault fault) {
    command(() -> {
      towardsCaller = fault;
      suffer();
    });
  }

  private void suffer() {
    long nowNs = System.nanoTime();
    connections.forEach(each -> each.suffer(towardsTarget, towardsCaller, nowNs));
  }

  /** Bytes pass again, and connections are taken. A connection full of garbage is reset first. */
  void heal() {
    command(() -> {
      if (towardsTarget instanceof Fault.Garble || towardsCaller instanceof Fault.Garble) {
        resetAll();
      }
      towardsTarget = Fault.NONE;
      towardsCaller = Fault.NONE;
      suffer();
      listen();
    });
  }

  /** Every connection ends by a reset towards both ends. */
  void reset() {
    command(this::resetAll);
  }

  private void resetAll() {
    connections.forEach(ProxiedConnection::reset);
    connections.clear();
  }

  /** Of every connection there is, neither end hears anything any more; new ones work. */
  void vanish() {
    command(() -> connections.forEach(ProxiedConnection::vanish));
  }

  /** New connections are refused; those there are go on. */
  void refuse() {
    command(this::stopListening);
  }

  private void stopListening() {
    ServerSocketChannel open = port;
    port = null;
    if (open != null) {
      try {
        open.close();
        // Only the next selection lets the kernel close it.
        selector.selectNow();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void listen() {
    if (port == null) {
      try {
        port = open(address);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void command(Runnable what) {
    CompletableFuture<?> done =
        new CompletableFuture<>().orTimeout(COMMAND_S_MAX, TimeUnit.SECONDS);
    commands.add(() -> {
      what.run();
      done.complete(null);
    });
    selector.wakeup();
    done.join();
  }

  private void run() {
    try {
      while (selector.isOpen()) {
        turn();
      }
    } catch (ClosedSelectorException e) {
      // close() ends the loop.
      return;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void turn() throws IOException {
    boolean timed = connections.stream().anyMatch(ProxiedConnection::isTimed);
    selector.select(timed ? TICK_MS : 0);
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.isValid() && key.isAcceptable()) {
        accept((ServerSocketChannel) key.channel());
      }
    }
    selector.selectedKeys().clear();
    for (Runnable next = commands.poll(); next != null; next = commands.poll()) {
      next.run();
    }
    long nowNs = System.nanoTime();
    connections.removeIf(each -> !each.pump(nowNs));
  }

  private void accept(ServerSocketChannel at) throws IOException {
    SocketChannel caller = at.accept();
    if (caller == null) {
      return;
    }
    accepted.incrementAndGet();
    SocketChannel there;
    try {
      there = SocketChannel.open(target);
    } catch (IOException e) {
      // The target is down: the caller's connection ends as if it had been.
      caller.setOption(StandardSocketOptions.SO_LINGER, 0);
      caller.close();
      return;
    }
    SocketAddress from = caller.getRemoteAddress();
    // The number may have been another connection's before.
    garbled.remove(from);
    ProxiedConnection connection =
        new ProxiedConnection(caller, there, selector, () -> garbled.add(from));
    connection.suffer(towardsTarget, towardsCaller, System.nanoTime());
    connections.add(connection);
  }

  @Override
  public void close() throws IOException {
    command(() -> {
      stopListening();
      resetAll();
    });
    selector.close();
  }
}
