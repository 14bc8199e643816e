package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.wire.RawPeer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every table of cases against both sides of a transport, through sockets. */
interface FrameContract extends Contract {

  @TestFactory
  default Stream<DynamicTest> serves() {
    return tests(WireCases.ofClients().map(each -> new Part("server " + each, () -> serve(each))));
  }

  @TestFactory
  default Stream<DynamicTest> calls() {
    return tests(WireCases.ofServers().map(each -> new Part("client " + each, () -> call(each))));
  }

  private void serve(WireCase each) {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      each.act().accept(peer);
      each.outcome().accept(peer);
    }
  }

  private void call(WireCase each) {
    try (CallingEnd end = new CallingEnd(transport(), TestLimits.patient()).exchangeSettings()) {
      // A client may leave stream 1 to the upgrade of HTTP/1.1, or use it.
      int first = end.call(false).streamId;
      assertThat(first == 1 ? end.call(false).streamId : first).isEqualTo(3);
      assertThat(end.call(true).streamId).isEqualTo(5);
      each.act().accept(end.server);
      each.outcome().accept(end.server);
    }
  }
}
