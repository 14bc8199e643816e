package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerDamagedException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a directory holds beside its tiles, for readers: journal segments and lanes. Thread-safe:
 * without state; never writes, also while a gateway does.
 */
public final class JournalView {
  private JournalView() {}

  /**
   * One journal segment.
   *
   * @param leaves good ones, the first of which has index {@code firstLeaf}
   * @param goodEnd offset behind the last good frame
   * @param tailBytes bytes that follow it and are not zero to the end
   * @param damage empty, or why this is more than the torn tail a crash leaves
   */
  public record SegmentView(
      Path file,
      long firstLeaf,
      List<ByteBuffer> leaves,
      long goodEnd,
      long tailBytes,
      String damage) {}

  /**
   * One lane.
   *
   * @param leaves records that were neither sealed nor damaged, in their order
   * @param damage empty, or why it cannot be read
   */
  public record LaneView(Path file, long bootEpoch, int lane, List<byte[]> leaves, String damage) {}

  /** The segments that are regular files, in their order. */
  public static List<SegmentView> segments(Path directory) throws IOException {
    List<SegmentView> views = new ArrayList<>();
    Path journal = directory.resolve(Segment.DIRECTORY);
    if (!Files.isDirectory(journal, LinkOption.NOFOLLOW_LINKS)) {
      return views;
    }
    long room = Segment.bytesReadMax();
    for (Path file : Segment.list(journal)) {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        room -= view(file, views, room);
      }
    }
    return views;
  }

  /** Answers with the bytes that are held from now on. */
  private static int view(Path file, List<SegmentView> views, long bytesMax) throws IOException {
    FrameScan scan;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      scan = FrameScan.of(file, channel, bytesMax);
    } catch (LedgerDamagedException e) {
      views.add(
          new SegmentView(
              file, Segment.firstLeaf(file), List.of(), 0, 0, String.valueOf(e.getMessage())));
      return 0;
    } catch (NoSuchFileException _) {
      return 0; // The gateway dropped it meanwhile: its leaves are in tiles.
    }
    List<ByteBuffer> leaves =
        scan.frames().stream()
            .filter(f -> f.kind() == Frame.RECORD)
            .map(FrameScan.Found::payload)
            .toList();
    views.add(
        new SegmentView(
            file, scan.firstLeaf(), leaves, scan.goodEnd(), scan.tailBytes(), damage(scan)));
    return scan.bytes();
  }

  private static String damage(FrameScan scan) {
    try {
      scan.requireTornTail();
      return "";
    } catch (LedgerDamagedException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** The lanes that are regular files. While a gateway runs this is a moment's blurred picture. */
  public static List<LaneView> lanes(Path directory) throws IOException {
    List<LaneView> views = new ArrayList<>();
    Path lanes = directory.resolve(Recovery.LANES);
    if (!Files.isDirectory(lanes, LinkOption.NOFOLLOW_LINKS)) {
      return views;
    }
    List<Path> files;
    try (Stream<Path> found = Files.list(lanes)) {
      files = found.filter(f -> f.toString().endsWith(LaneFile.SUFFIX)).sorted().toList();
    }
    for (Path file : files) {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        viewLane(file, views);
      }
    }
    return views;
  }

  private static void viewLane(Path file, List<LaneView> views) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      if (LaneFile.complete(file)) {
        LaneFile lane = LaneFile.read(file, arena);
        List<byte[]> leaves = LaneScan.readable(lane).leaves();
        views.add(new LaneView(file, lane.bootEpoch, lane.lane, leaves, ""));
      }
    } catch (LedgerDamagedException e) {
      views.add(new LaneView(file, 0, 0, List.of(), String.valueOf(e.getMessage())));
    } catch (NoSuchFileException _) {
      // The gateway closed it meanwhile: its records are in the journal.
    }
  }
}
