package io.weighbridge.gateway.http2;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract, as far as the transport on Netty's handler keeps it. */
class NettyTransportTest
    implements FrameContract,
        FlowContract,
        FloodContract,
        SlowContract,
        CallContract,
        DrainContract {

  @Override
  public Tested.Maker transport() {
    return NettyTested::new;
  }

  @Override
  public Map<String, String> deviations() {
    return Map.of(
        "server 5.1.1 lower stream than before",
        "resets the stream, whose number was passed over, and leaves the connection",
        "server 5.1 half-closed: HEADERS",
        "takes them for trailers and calls them malformed",
        "client 5.1.1 HEADERS of an even stream",
        "ignores streams that a server may promise",
        "client 8.1 answers that are none yet, without end",
        "takes as many as come",
        "client 6.9.2 settings that lift a window over 2^31-1",
        "resets the stream and leaves the connection",
        "flood of GOAWAY",
        "tells of goodbyes apart from the other frames, uncounted",
        "slow a block of whole frames",
        "counts short frames of a block, and calls many of them a flood",
        "slow the preface",
        "takes the preface byte by byte, so that none of it is ever seen to wait",
        "slow nothing behind the preface",
        "only bytes of a frame start the clock",
        "slow a block that stops",
        "every frame is whole, so that nothing is seen to wait");
  }

  @Test
  @Override
  public void cutsOffWhoMakesItReset() throws Throwable {
    Deviation.judge(
        "counts only the peer's resets, not those that the peer provokes",
        FloodContract.super::cutsOffWhoMakesItReset);
  }

  @Test
  @Override
  public void peersThatNeverReadAreGivenUp() throws Throwable {
    Deviation.judge(
        "only what waits for windows is watched, not what the socket does not take",
        SlowContract.super::peersThatNeverReadAreGivenUp);
  }
}
