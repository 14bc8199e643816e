package io.weighbridge.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BufferMemoryTest {
  private static final long MIB = 1 << 20;
  private static final int CHUNK_OF_4_MIB = 9;

  @Test
  void othersGetEightMebibytesOrAQuarter() {
    assertThat(BufferMemory.bytesMax(1_000 * MIB)).isEqualTo(992 * MIB);
    assertThat(BufferMemory.bytesMax(32 * MIB)).isEqualTo(24 * MIB);
    assertThat(BufferMemory.bytesMax(24 * MIB)).isEqualTo(18 * MIB);
  }

  @Test
  void chunksAreSmallerWhereMemoryIsLittle() {
    assertThat(BufferMemory.chunkOrder(1_000 * MIB)).isEqualTo(CHUNK_OF_4_MIB);
    assertThat(BufferMemory.chunkOrder(64 * MIB)).isEqualTo(CHUNK_OF_4_MIB);
    assertThat(BufferMemory.chunkOrder(64 * MIB - 1)).isEqualTo(CHUNK_OF_4_MIB - 1);
    assertThat(BufferMemory.chunkOrder(24 * MIB)).isEqualTo(CHUNK_OF_4_MIB - 2);
    assertThat(BufferMemory.chunkOrder(0)).isZero();
  }
}
