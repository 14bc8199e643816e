package io.weighbridge.cli.demo;

import io.weighbridge.ledger.note.NoteKey;
import io.weighbridge.ledger.read.Finding;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.LedgerVerifier;
import io.weighbridge.ledger.read.Verdict;
import io.weighbridge.ledger.read.VerifyReport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Flips one random bit after another in a copy of a ledger and asks the verifier. Confined to the
 * main thread.
 */
final class BitFlips {
  private final Path copy;
  private final NoteKey key;
  private final List<Path> files;
  private final Random random;
  private final Map<Found, Integer> counts = new EnumMap<>(Found.class);

  /** What the verifier made of a flip. */
  enum Found {
    /** The verdict is broken, and a finding names the file. */
    BROKEN,
    /** The records are proved all the same, and the file is named, or not needed for the proof. */
    DERIVED,
    /** Neither. */
    NOT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One flip and what came of it. */
  record Flip(String file, long offset, Found found, String what) {}

  BitFlips(Path ledger, Path copy, Random random) throws IOException {
    this.copy = copy;
    this.random = random;
    this.key = LedgerReader.ownKey(ledger);
    try (Stream<Path> walk = Files.walk(ledger)) {
      for (Path source : walk.toList()) {
        Path target = copy.resolve(ledger.relativize(source).toString());
        if (Files.isDirectory(source)) {
          Files.createDirectories(target);
        } else {
          Files.copy(source, target);
        }
      }
    }
    try (Stream<Path> walk = Files.walk(copy)) {
      files = walk.filter(file -> Files.isRegularFile(file) && file.toFile().length() > 0).toList();
    }
  }

  int count(Found found) {
    return counts.getOrDefault(found, 0);
  }

  /** Flips, verifies, and flips back. */
  Flip next() throws IOException {
    Path file = files.get(random.nextInt(files.size()));
    long offset = random.nextLong(Files.size(file));
    int bit = 1 << random.nextInt(Byte.SIZE);
    flip(file, offset, bit);
    VerifyReport report = LedgerVerifier.verify(copy, key, Map.of(), leaves -> {});
    flip(file, offset, bit);
    Flip flip = judge(copy.relativize(file).toString(), offset, report);
    counts.merge(flip.found(), 1, Integer::sum);
    return flip;
  }

  private static Flip judge(String file, long offset, VerifyReport report) {
    String what =
        report.findings().stream()
            .filter(finding -> finding.file().equals(file))
            .findFirst()
            .map(BitFlips::words)
            .orElse("");
    if (report.verdict() == Verdict.BROKEN) {
      return new Flip(file, offset, what.isEmpty() ? Found.NOT : Found.BROKEN, what);
    }
    boolean proved = report.verdict() == Verdict.PROVED;
    return new Flip(
        file,
        offset,
        proved ? Found.DERIVED : Found.NOT,
        what.isEmpty() && proved ? "every record is proved without it" : what);
  }

  private static String words(Finding finding) {
    return (finding.leaf() < 0 ? "" : "leaf " + finding.leaf() + ": ") + finding.what();
  }

  private static void flip(Path file, long offset, int bit) throws IOException {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(offset);
      int value = bytes.read();
      bytes.seek(offset);
      bytes.write(value ^ bit);
    }
  }
}
