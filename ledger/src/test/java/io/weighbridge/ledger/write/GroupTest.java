package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GroupTest {
  private static final byte[] LEAF = new byte[1000];

  private final Group group = new Group();

  @Test
  void keepsItsArrayForTheNextRecords() {
    fill(Group.KEPT_BYTES_MAX / 2);
    byte[] grown = group.bytes();
    group.clear();
    fill(Group.KEPT_BYTES_MAX / 2);
    assertThat(group.bytes()).isSameAs(grown);
  }

  @Test
  void aBurstsArrayGoes() {
    fill(Group.BYTES_MAX);
    assertThat(group.full()).isTrue();
    group.clear();
    assertThat(group.bytes().length).isLessThanOrEqualTo(Group.KEPT_BYTES_MAX);
    group.add(0, LEAF);
    assertThat(group.count()).isOne();
    assertThat(group.length(0)).isEqualTo(LEAF.length);
  }

  private void fill(int bytes) {
    while (group.totalBytes() < bytes) {
      group.add(0, LEAF);
    }
  }
}
