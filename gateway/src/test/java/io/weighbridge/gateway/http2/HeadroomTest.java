package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeadroomTest {
  private static final int BYTES_MAX = 64_000;
  private static final int LOOK_BYTES = 1_000;
  private static final double A_BIT = 0.0001;

  private double used;
  private int looks;
  private int missed;
  private final Headroom headroom =
      new Headroom(
          () -> {
            looks++;
            return used;
          },
          BYTES_MAX,
          () -> missed++);

  @Test
  void looksEachTimeThatMuchMoreHasCome() {
    headroom.took(LOOK_BYTES - 1);
    assertThat(looks).isZero();
    headroom.took(1);
    assertThat(looks).isEqualTo(1);
    headroom.took(LOOK_BYTES - 1);
    assertThat(looks).isEqualTo(1);
    headroom.took(10 * LOOK_BYTES);
    assertThat(looks).isEqualTo(2);
  }

  @Test
  void isShortBeyondFourFifthsAndFullBeyondNineTenths() {
    assertThat(at(Headroom.SHORT_SHARE)).isEqualTo("room");
    assertThat(at(Headroom.SHORT_SHARE + A_BIT)).isEqualTo("short");
    assertThat(at(Headroom.FULL_SHARE)).isEqualTo("short");
    assertThat(at(Headroom.FULL_SHARE + A_BIT)).isEqualTo("short full");
    assertThat(at(0)).isEqualTo("room");
  }

  private String at(double share) {
    used = share;
    headroom.look();
    return (headroom.isShort() ? "short" : "room") + (headroom.isFull() ? " full" : "");
  }

  @Test
  void whoWouldEndSomethingLooksOnceMore() {
    assertThat(headroom.isStillShort()).isFalse();
    used = 1;
    assertThat(headroom.isStillShort()).as("not looked at").isFalse();
    assertThat(looks).isZero();
    headroom.look();
    assertThat(headroom.isStillShort()).isTrue();
    used = 0;
    assertThat(headroom.isShort()).as("as far as it has looked").isTrue();
    assertThat(headroom.isStillShort()).isFalse();
    assertThat(headroom.isShort()).isFalse();
  }

  @Test
  void aBufferThatCouldNotBeHadIsCountedAndLookedAt() {
    used = 1;
    headroom.missed();
    assertThat(missed).isEqualTo(1);
    assertThat(headroom.isFull()).isTrue();
  }
}
