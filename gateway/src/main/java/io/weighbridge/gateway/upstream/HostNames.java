package io.weighbridge.gateway.upstream;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Looks up hosts' names, each on a thread of its own: the JDK blocks it, and were it virtual its
 * carrier with it. Who asks while a look-up goes on gets the answer of that one. Thread-safe.
 */
final class HostNames {
  static final HostNames SYSTEM = new HostNames(InetAddress::getByName);

  private final Lookup lookup;
  private final ConcurrentHashMap<String, CompletableFuture<InetAddress>> pending =
      new ConcurrentHashMap<>();

  /** What blocks. */
  @FunctionalInterface
  interface Lookup {
    InetAddress address(String name) throws UnknownHostException;
  }

  HostNames(Lookup lookup) {
    this.lookup = lookup;
  }

  /** The first address of the name. */
  CompletableFuture<InetAddress> find(String name) {
    // A copy: one who waits no longer does not end the look-up for others.
    return pending.computeIfAbsent(name, this::begin).copy();
  }

  private CompletableFuture<InetAddress> begin(String name) {
    return CompletableFuture.supplyAsync(
        () -> look(name), task -> Thread.ofPlatform().daemon().name("host-name").start(task));
  }

  private InetAddress look(String name) {
    try {
      return lookup.address(name);
    } catch (UnknownHostException e) {
      throw new CompletionException(e);
    } finally {
      pending.remove(name);
    }
  }
}
