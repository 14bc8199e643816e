package io.weighbridge.ledger.read;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.note.Checkpoint;
import io.weighbridge.ledger.note.NoteKey;
import io.weighbridge.ledger.note.NoteSigner;
import io.weighbridge.ledger.read.Finding.Weight;
import io.weighbridge.ledger.tree.GrowingTree;
import io.weighbridge.ledger.tree.TilePath;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LedgerVerifierTest {
  @TempDir private Path folder;
  private TestLedger ledger;

  @BeforeEach
  void make() {
    ledger = new TestLedger(folder);
  }

  @Test
  void provesWhatWasWritten() throws IOException {
    ledger.run(700).run(10).run(300);

    VerifyReport report = ledger.verify();

    assertThat(report.findings()).isEmpty();
    assertThat(report.integrity()).isEqualTo(Verdict.PROVED);
    assertThat(report.completeness()).isEqualTo(Verdict.PROVED);
    assertThat(report.anchors()).isEqualTo(Verdict.NOT_JUDGED);
    assertThat(report.verdict()).isEqualTo(Verdict.PROVED);
    assertThat(report.leavesHashed()).isEqualTo(1_013);
  }

  @Test
  void noticesAFlippedBitInEveryByteOfASmallLog() throws IOException {
    ledger.run(3);
    assertThat(ledger.verify().findingCount()).isZero();
    NoteKey key = ledger.key();
    for (Path file : ledger.files()) {
      byte[] bytes = Files.readAllBytes(file);
      for (int at = 0; at < bytes.length; at++) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << at % 8);
        Files.write(file, flipped);
        VerifyReport report = LedgerVerifier.verify(ledger.directory, key, Map.of(), _ -> {});
        assertThat(report.findings())
            .as("byte %d of %s", at, file)
            .anyMatch(f -> f.weight() != Weight.NOTE);
      }
      Files.write(file, bytes);
    }
  }

  @Test
  void namesTheLeafThatWasChanged() throws IOException {
    ledger.run(700);
    flip(TilePath.entries(1, TilePath.WIDTH), 5_000);

    VerifyReport report = ledger.verify();

    assertThat(report.integrity()).isEqualTo(Verdict.BROKEN);
    assertThat(report.findings())
        .filteredOn(f -> f.weight() == Weight.ALTERED)
        .singleElement()
        .satisfies(f -> assertThat(f.file()).isEqualTo("tile/entries/001"))
        .satisfies(f -> assertThat(f.leaf()).isBetween(256L, 300L));
  }

  @Test
  void saysThatAChangedTileIsOnlyDerived() throws IOException {
    ledger.run(700);
    flip(TilePath.tile(0, 1, TilePath.WIDTH), 32 * 7 + 3);

    VerifyReport report = ledger.verify();

    assertThat(report.integrity()).isEqualTo(Verdict.PROVED);
    assertThat(report.findings())
        .singleElement()
        .satisfies(f -> assertThat(f.weight()).isEqualTo(Weight.DERIVED))
        .satisfies(f -> assertThat(f.leaf()).isEqualTo(263));
  }

  @Test
  void noticesALeafChangedTogetherWithItsTile() throws IOException {
    ledger.run(700);
    Path bundle = ledger.directory.resolve(TilePath.entries(0, TilePath.WIDTH));
    List<byte[]> leaves = Bundle.prefix(Files.readAllBytes(bundle));
    byte[] leaf = leaves.get(9);
    leaf[leaf.length - 1] ^= 1;
    Files.write(bundle, Bundle.toBytes(leaves));
    Path tile = ledger.directory.resolve(TilePath.tile(0, 0, TilePath.WIDTH));
    byte[] hashes = Files.readAllBytes(tile);
    System.arraycopy(new TreeHash().leaf(leaf), 0, hashes, 9 * 32, 32);
    Files.write(tile, hashes);

    VerifyReport report = ledger.verify();

    assertThat(report.integrity()).isEqualTo(Verdict.BROKEN);
    assertThat(report.findings()).anyMatch(f -> f.file().equals("tile/1/000.p/2") && f.leaf() == 0);
  }

  /** What only repeats proved records may differ; it does not keep from comparing. */
  @ParameterizedTest
  @ValueSource(strings = {"ledger.pub", "journal/00000000000000000000", "tile/0/000.p/14", "lock"})
  void aBootThatTellsOfAnotherRootIsFoundWhateverElseDiffers(String differs) throws IOException {
    ledger.run(3).run(9);
    NoteKey key = ledger.key();
    Files.delete(ledger.directory.resolve("journal/00000000000000000000"));
    signAgainWithAnotherRootInBoot(4);
    Files.writeString(ledger.directory.resolve(differs), "x");

    VerifyReport report = LedgerVerifier.verify(ledger.directory, key, Map.of(), _ -> {});

    assertThat(report.integrity()).isEqualTo(Verdict.BROKEN);
    assertThat(report.findings())
        .filteredOn(f -> f.weight() == Weight.ALTERED)
        .extracting(Finding::what)
        .containsExactly("this record tells of another root of the first 4 leaves");
  }

  private void signAgainWithAnotherRootInBoot(int index) throws IOException {
    NoteSigner signer = NoteSigner.parse(Files.readString(folder.resolve("state/ledger.key")));
    int size = (int) Checkpoint.open(ledger.checkpoint(), signer.key()).size();
    Path bundle = ledger.directory.resolve(TilePath.entries(0, size));
    List<byte[]> leaves = new ArrayList<>(Bundle.prefix(Files.readAllBytes(bundle)));
    Record.Builder boot = Record.parseFrom(leaves.get(index)).toBuilder();
    boot.getBootBuilder().setPreviousRoot(ByteString.copyFrom(new byte[TreeHash.BYTES]));
    leaves.set(index, boot.build().toByteArray());
    GrowingTree tree = new GrowingTree((_, _, _) -> {});
    leaves.forEach(leaf -> tree.add(new TreeHash().leaf(leaf)));
    Files.write(bundle, Bundle.toBytes(leaves));
    Files.write(ledger.directory.resolve(TilePath.tile(0, 0, size)), tree.partial(0));
    Files.writeString(
        ledger.directory.resolve("checkpoint"),
        signer.sign(new Checkpoint(signer.key().name(), size, tree.root()).text()));
  }

  @Test
  void aMissingBundleIsAHole() throws IOException {
    ledger.run(700);
    Files.delete(ledger.directory.resolve(TilePath.entries(1, TilePath.WIDTH)));

    VerifyReport report = ledger.verify();

    assertThat(report.integrity()).isEqualTo(Verdict.NOT_JUDGED);
    assertThat(report.completeness()).isEqualTo(Verdict.BROKEN);
    assertThat(report.findings()).anyMatch(f -> f.what().contains("leaves 256 to 511 are missing"));
  }

  @Test
  void everyMissingFileIsNoticed() throws IOException {
    ledger.run(300);
    NoteKey key = ledger.key();
    for (Path file : ledger.files()) {
      byte[] bytes = Files.readAllBytes(file);
      boolean derivedCopy = file.toString().contains(".p/") || file.toString().contains("journal");
      Files.delete(file);
      VerifyReport report = LedgerVerifier.verify(ledger.directory, key, Map.of(), _ -> {});
      if (!derivedCopy && bytes.length > 0) {
        assertThat(report.findings()).as("%s", file).isNotEmpty();
      }
      Files.write(file, bytes);
    }
    assertThat(ledger.verify().findings()).isEmpty();
  }

  @Test
  void anOlderCheckpointWithTheTailCutNeedsAnAnchor() throws IOException {
    ledger.run(200);
    Path old = folder.resolve("old");
    ledger.copyTo(old);
    ledger.run(100);
    byte[] later = ledger.checkpoint();

    VerifyReport alone = LedgerVerifier.verify(old, ledger.key(), Map.of(), _ -> {});
    VerifyReport anchored =
        LedgerVerifier.verify(old, ledger.key(), Map.of("second disk", later), _ -> {});

    assertThat(alone.verdict()).isEqualTo(Verdict.PROVED);
    assertThat(anchored.integrity()).isEqualTo(Verdict.PROVED);
    assertThat(anchored.completeness()).isEqualTo(Verdict.BROKEN);
    assertThat(anchored.anchors()).isEqualTo(Verdict.BROKEN);
    assertThat(anchored.findings())
        .singleElement()
        .satisfies(f -> assertThat(f.what()).contains("the last 101 are missing"));
  }

  @Test
  void anEarlierAnchorIsProved() throws IOException {
    ledger.run(200);
    byte[] earlier = ledger.checkpoint();
    ledger.run(300);

    VerifyReport report = ledger.verify(Map.of("receipt", earlier));

    assertThat(report.anchors()).isEqualTo(Verdict.PROVED);
    assertThat(report.verdict()).isEqualTo(Verdict.PROVED);
  }

  @Test
  void anAnchorOfAnotherHistoryIsBroken() throws IOException {
    ledger.run(20);
    Path fork = folder.resolve("fork");
    Files.createDirectories(fork);
    Path state = folder.resolve("state");
    byte[] signed = Files.readAllBytes(state.resolve("ledger.signed"));
    ledger.copyTo(fork.resolve("ledger"));
    ledger.run(5);
    byte[] oneFuture = ledger.checkpoint();
    Files.createDirectories(fork.resolve("state"));
    Files.copy(state.resolve("ledger.key"), fork.resolve("state/ledger.key"));
    Files.write(fork.resolve("state/ledger.signed"), signed);
    TestLedger other = new TestLedger(fork).run(5);

    VerifyReport report = other.verify(Map.of("second disk", oneFuture));

    assertThat(report.anchors()).isEqualTo(Verdict.BROKEN);
    assertThat(report.integrity()).isEqualTo(Verdict.BROKEN);
  }

  @Test
  void anAnchorBehindAMissingBundleIsNotJudged() throws IOException {
    ledger.run(700);
    byte[] anchor = ledger.checkpoint();
    Files.delete(ledger.directory.resolve(TilePath.entries(1, TilePath.WIDTH)));
    Files.delete(ledger.directory.resolve(TilePath.tile(0, 1, TilePath.WIDTH)));

    VerifyReport report = ledger.verify(Map.of("second disk", anchor));

    assertThat(report.anchors()).isEqualTo(Verdict.NOT_JUDGED);
    assertThat(report.completeness()).isEqualTo(Verdict.BROKEN);
    assertThat(report.findings()).noneMatch(f -> f.weight() == Weight.ALTERED);
  }

  @Test
  void refusesLinksAndPipes() throws Exception {
    ledger.run(300);
    Path bundle = ledger.directory.resolve(TilePath.entries(0, TilePath.WIDTH));
    Path elsewhere = folder.resolve("elsewhere");
    Files.move(bundle, elsewhere);
    Files.createSymbolicLink(bundle, elsewhere);
    assertThat(ledger.verify().integrity()).isEqualTo(Verdict.BROKEN);

    Files.delete(bundle);
    Process mkfifo = new ProcessBuilder("mkfifo", bundle.toString()).start();
    assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ledger.verify().findings()).anyMatch(f -> f.what().contains("not a regular file"));

    Files.delete(bundle);
    Files.move(elsewhere, bundle);
    Path entries = ledger.directory.resolve("tile/entries");
    Path moved = folder.resolve("moved");
    Files.move(entries, moved);
    Files.createSymbolicLink(entries, moved);
    assertThat(ledger.verify().integrity()).isEqualTo(Verdict.BROKEN);
  }

  @Test
  void judgesNothingWithoutACheckpoint() throws IOException {
    ledger.run(3);
    Files.delete(ledger.directory.resolve("checkpoint"));

    VerifyReport report = ledger.verify();

    assertThat(report.integrity()).isEqualTo(Verdict.NOT_JUDGED);
    assertThat(report.verdict()).isEqualTo(Verdict.BROKEN);
  }

  @Test
  void refusesAnothersKey() throws IOException {
    ledger.run(3);
    TestLedger other = new TestLedger(folder.resolve("other")).run(3);

    VerifyReport report = LedgerVerifier.verify(ledger.directory, other.key(), Map.of(), _ -> {});

    assertThat(report.integrity()).isEqualTo(Verdict.BROKEN);
  }

  @Test
  void swappedLeavesAreNoticed() throws IOException {
    ledger.run(300);
    Path bundle = ledger.directory.resolve(TilePath.entries(0, TilePath.WIDTH));
    List<byte[]> leaves = Bundle.prefix(Files.readAllBytes(bundle));
    byte[] first = leaves.get(10);
    leaves.set(10, leaves.get(11));
    leaves.set(11, first);
    Files.write(bundle, Bundle.toBytes(leaves));

    assertThat(ledger.verify().findings().stream().mapToLong(Finding::leaf)).contains(10L, 11L);
  }

  @Test
  void noPartialTileIsLeftOfWhatIsFull() throws IOException {
    ledger.run(600);

    try (Stream<Path> files = Files.walk(ledger.directory)) {
      assertThat(files.map(Path::toString)).noneMatch(f -> f.contains("tile/0/000.p"));
    }
  }

  /** The gateway puts it there before the checkpoint that it belongs to; a power cut empties it. */
  @ParameterizedTest
  @ValueSource(ints = {0, TilePath.WIDTH * TreeHash.BYTES})
  void aFullTileOfALargerTreeIsNoneOfThisOne(int bytes) throws IOException {
    ledger.run(20).run(20);
    Files.write(ledger.directory.resolve("tile/0/000"), new byte[bytes]);

    VerifyReport report = ledger.verify();

    assertThat(report.integrity()).isEqualTo(Verdict.PROVED);
    assertThat(report.findings()).extracting(Finding::file).containsOnlyOnce("tile/0/000");
  }

  @Test
  void filesNoGatewayWroteDoNotKeepItFromAVerdict() throws IOException {
    ledger.run(300);
    List<String> strangers =
        List.of(
            "journal/99999999999999999999",
            "journal/00000000000000500000",
            "journal/00000000000000600000",
            "lanes/7-0.lane");
    Files.createFile(ledger.directory.resolve(strangers.get(0)));
    sparse(strangers.get(1), 5L << 30);
    sparse(strangers.get(2), Integer.MAX_VALUE - 100);
    ByteBuffer lane = ByteBuffer.allocate(4096 + 98).order(ByteOrder.LITTLE_ENDIAN);
    lane.putLong(0, 0x31454E414C4257L).putInt(8, 1).putLong(32, 98);
    Files.write(ledger.directory.resolve(strangers.get(3)), lane.array());

    VerifyReport report = ledger.verify();

    assertThat(report.verdict()).isEqualTo(Verdict.PROVED);
    assertThat(report.pendingLeaves()).isZero();
    assertThat(report.findings()).extracting(Finding::file).containsAll(strangers);
  }

  /** A process of its own, for its character set is settled as it starts. */
  static final class Verifying {
    private Verifying() {}

    public static void main(String[] args) throws IOException {
      Path directory = Path.of(args[0]);
      VerifyReport report =
          LedgerVerifier.verify(directory, LedgerReader.ownKey(directory), Map.of(), _ -> {});
      System.out.print(report.verdict() + " " + report.findingCount());
    }
  }

  @Test
  void aNameOutsideTheCharacterSetIsAFinding() throws Exception {
    ledger.run(3);
    String touch = "touch \"$1/tile/$(printf 'caf\\303\\251')\"";
    Process made = new ProcessBuilder("sh", "-c", touch, "sh", ledger.directory.toString()).start();
    assertThat(made.waitFor()).isZero();
    ProcessBuilder builder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Verifying.class.getName(),
                ledger.directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("LC_ALL", "C");

    String said = new String(builder.start().getInputStream().readAllBytes(), UTF_8);

    assertThat(said).isEqualTo("PROVED 1");
  }

  private void sparse(String name, long bytes) throws IOException {
    try (FileChannel file = FileChannel.open(ledger.directory.resolve(name), CREATE_NEW, WRITE)) {
      file.write(ByteBuffer.allocate(1), bytes - 1);
    }
  }

  private void flip(String path, int at) throws IOException {
    Path file = ledger.directory.resolve(path);
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 4;
    Files.write(file, bytes);
    assertThat(Arrays.equals(bytes, Files.readAllBytes(file))).isTrue();
  }
}
