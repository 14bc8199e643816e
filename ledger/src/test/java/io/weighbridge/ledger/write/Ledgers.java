package io.weighbridge.ledger.write;

import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.tree.TilePath;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small ledgers, and a reader of theirs that shares nothing with the product's. */
final class Ledgers {
  static final long LANE_BYTES = 1024 * 1024;

  private Ledgers() {}

  static LedgerConfig small(Path folder, int loopLanes) {
    return new LedgerConfig(
        folder.resolve("ledger"),
        folder.resolve("state"),
        "gw-test",
        "0.1.0",
        loopLanes,
        LANE_BYTES,
        5,
        50,
        10_000,
        256 * 1024,
        0);
  }

  /** Only the control lane's records wake the sealer, and one segment holds everything. */
  static LedgerConfig neverSyncing(LedgerConfig config) {
    return new LedgerConfig(
        config.directory(),
        config.stateDirectory(),
        config.gatewayId(),
        config.softwareVersion(),
        config.loopLanes(),
        config.laneBytes(),
        100_000,
        config.checkpointIntervalMs(),
        config.heartbeatIntervalMs(),
        64 * 1024 * 1024,
        0);
  }

  static List<byte[]> leafBytes(Path ledger, long size) throws IOException {
    List<byte[]> leaves = new ArrayList<>();
    for (long bundle = 0; leaves.size() < size; bundle++) {
      int width = (int) Math.min(TilePath.WIDTH, size - bundle * TilePath.WIDTH);
      Path file = ledger.resolve(TilePath.entries(bundle, width));
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      while (bytes.hasRemaining()) {
        byte[] leaf = new byte[Short.toUnsignedInt(bytes.getShort())];
        bytes.get(leaf);
        leaves.add(leaf);
      }
    }
    return leaves;
  }

  static List<Record> leaves(Path ledger, long size) throws IOException {
    List<Record> records = new ArrayList<>();
    for (byte[] leaf : leafBytes(ledger, size)) {
      records.add(Record.parseFrom(leaf));
    }
    return records;
  }

  /** The root by the recursive definition of RFC 6962, from the leaves alone. */
  static byte[] root(Path ledger, long size) throws IOException {
    return root(leafBytes(ledger, size), new TreeHash());
  }

  private static byte[] root(List<byte[]> leaves, TreeHash hash) {
    if (leaves.size() == 1) {
      return hash.leaf(leaves.getFirst());
    }
    int split = Integer.highestOneBit(leaves.size() - 1);
    return hash.node(
        root(leaves.subList(0, split), hash), root(leaves.subList(split, leaves.size()), hash));
  }
}
