package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.identity.KeyTable;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.gateway.route.ServiceTable;
import java.util.concurrent.atomic.AtomicReference;

/** Where control publishes and calls read. Thread-safe: one reference, swapped whole. */
public final class CurrentTables {
  private final AtomicReference<Tables> tables = new AtomicReference<>(Tables.EMPTY);

  /** The tables a call that begins now is decided by. */
  public Tables get() {
    return tables.getAcquire();
  }

  /** Publishes other routes. */
  public void publish(RouteTable routes) {
    tables.updateAndGet(now -> now.with(routes));
  }

  /** Publishes other hosts. */
  public void publish(HostTable hosts) {
    tables.updateAndGet(now -> now.with(hosts));
  }

  /** Publishes other keys. */
  public void publish(KeyTable keys) {
    tables.updateAndGet(now -> now.with(keys));
  }

  /** Publishes other services. */
  public void publish(ServiceTable services) {
    tables.updateAndGet(now -> now.with(services));
  }
}
