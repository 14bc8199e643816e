package io.weighbridge.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.observe.GatewayFigures.VersionHosts;
import io.weighbridge.gateway.pipeline.CurrentTables;
import io.weighbridge.gateway.route.ServiceRule;
import io.weighbridge.gateway.route.ServiceTable;
import io.weighbridge.gateway.upstream.health.HealthLimits;
import io.weighbridge.gateway.upstream.health.HostHealth;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VersionFiguresTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Seats seats = new Seats();
  private final CurrentTables tables = new CurrentTables();
  private final ServedVersions served = new ServedVersions(tables);
  private final HostHealth health =
      new HostHealth(1, Ticker.newMockTicker(), HealthLimits.of(30 * SECOND, SECOND), served);
  private final List<Host> hosts = List.of(host(0), host(1));

  private static Host host(int index) {
    return new Host(index, "h" + index, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
  }

  @Test
  void aHostThatRestsIsGivenNothing() {
    tables.publish(
        new ServiceTable(List.of(new ServiceRule("p.S", hosts, true, new Slots(), seats))));
    int seat = tables.get().services().rules().iterator().next().hosts()[0].seat();
    health.notReady(Set.of(seat), true);
    health.look();
    assertThat(new VersionFigures(health, tables).all())
        .containsExactly(new VersionHosts("/p.S", "", hosts.size(), 0, 1, false, 0));
  }
}
