package io.weighbridge.ledger.write;

import io.weighbridge.ledger.tree.TreeHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Signs the tree's head and puts it where readers look. {@link #publish} is confined to the sealer,
 * the figures are for any thread.
 */
final class Publisher {
  static final String FILE = "checkpoint";

  private final Disk disk;
  private final Path directory;
  private final SignedState state;
  private volatile Published published = new Published(0, new byte[0]);

  /** What was published last. */
  private static final class Published {
    final long size;
    final byte[] noteHash;

    Published(long size, byte[] noteHash) {
      this.size = size;
      this.noteHash = noteHash;
    }
  }

  Publisher(Disk disk, Path directory, SignedState state) {
    this.disk = disk;
    this.directory = directory;
    this.state = state;
  }

  /** Publishes a checkpoint of the whole tree; answers with the partial tiles it needs. */
  List<Path> publish(TreeFiles tree) throws IOException {
    tree.flush();
    if (tree.size() == published.size) {
      return List.of();
    }
    List<Path> partial = tree.writePartial();
    byte[] note = state.sign(tree.size(), tree.root());
    disk.replaceSynced(
        TreeFiles.unfinished(directory), directory.resolve(FILE), ByteBuffer.wrap(note));
    published = new Published(tree.size(), TreeHash.sha256().digest(note));
    return partial;
  }

  long size() {
    return published.size;
  }

  byte[] noteHash() {
    return published.noteHash.clone();
  }
}
