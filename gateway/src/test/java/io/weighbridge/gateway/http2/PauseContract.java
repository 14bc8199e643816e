package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.PING;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.ping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import io.weighbridge.gateway.wire.RawPeer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of a connection that cannot be read for want of memory. */
interface PauseContract extends Contract {
  int HALF = 12;

  /** Longer than a frame may take; but it is not the peer who takes so long. */
  @Test
  default void itWaitsInTheMiddleOfAFrame() {
    TestMemory memory = new TestMemory();
    Tested.Maker starved =
        (loop, bytesMax) -> new StarvedTested(transport().on(loop, bytesMax), memory);
    try (EchoPort port = new EchoPort(starved, TestLimits.impatient());
        RawPeer peer = port.peer()) {
      Echo echo = port.echo();
      byte[] request = headers(1, END_STREAM, Hpack.request("/echo"));
      peer.send(Frames.concat(ping(7), Arrays.copyOf(request, HALF))).await(PING, 0);
      memory.bytesMax = 0;
      peer.send(Arrays.copyOfRange(request, HALF, request.length));
      await()
          .during(SlowContract.LONG_MS, TimeUnit.MILLISECONDS)
          .atMost(SlowContract.LONG_MS + 1_000, TimeUnit.MILLISECONDS)
          .untilAsserted(() -> assertThat(echo.closed).hasValue(0));
      assertThat(echo.streams).hasValue(0);
      memory.bytesMax = TestMemory.AMPLE;
      peer.awaitHeaders(1);
      assertThat(echo.violations).isEmpty();
    }
  }
}
