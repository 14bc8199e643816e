package io.weighbridge.gateway.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class PeerGateTest {
  private static final long SECOND = 5_000_000_000L;

  private final PeerGate gate = new PeerGate(3, 1);
  private final InetAddress peer = InetAddress.getLoopbackAddress();

  @Test
  void admitsUpToTheLimitInASecondAndAgainInTheNext() {
    for (int i = 0; i < 3; i++) {
      assertThat(gate.admit(peer, SECOND)).isTrue();
    }
    assertThat(gate.admit(peer, SECOND)).isFalse();
    assertThat(gate.admit(peer, SECOND + 1)).isTrue();
  }

  @Test
  void holdsAPeerThatFloodedToOneConnectionASecondUntilThePenaltyEnds() {
    gate.penalise(peer, SECOND);

    assertThat(gate.admit(peer, SECOND)).isTrue();
    assertThat(gate.admit(peer, SECOND)).isFalse();
    assertThat(gate.admit(peer, SECOND + 9)).isTrue();
    assertThat(gate.admit(peer, SECOND + 9)).isFalse();
    assertThat(gate.admit(peer, SECOND + 10)).isTrue();
    assertThat(gate.admit(peer, SECOND + 10)).isTrue();
  }
}
