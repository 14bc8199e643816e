package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerDamagedException;
import io.weighbridge.ledger.note.NoteSigner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The key of the log on disk: the secret in the state, the public half in the ledger. */
final class LedgerKey {
  static final String SECRET_FILE = "ledger.key";
  static final String PUBLIC_FILE = "ledger.pub";

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private LedgerKey() {}

  /**
   * Reads the key, or makes one for a log that has none.
   *
   * @throws LedgerDamagedException when the ledger has a public key but the secret is gone, or they
   *     do not belong together: one log has one key for life
   */
  static NoteSigner open(Disk disk, Path directory, Path stateDirectory, String origin)
      throws IOException {
    Path secret = stateDirectory.resolve(SECRET_FILE);
    Path published = directory.resolve(PUBLIC_FILE);
    if (!Files.exists(secret) && Files.exists(published)) {
      throw new LedgerDamagedException(
          secret, "missing, although " + published + " belongs to a log that was begun");
    }
    NoteSigner signer = Files.exists(secret) ? read(secret) : create(disk, secret, origin);
    if (!signer.key().name().equals(origin)) {
      throw new LedgerDamagedException(
          secret, "is the key of " + signer.key().name() + ", not of " + origin);
    }
    String line = signer.key() + "\n";
    if (!Files.exists(published)) {
      disk.replaceDurably(published, line.getBytes(StandardCharsets.UTF_8));
    } else if (!Files.readString(published).equals(line)) {
      throw new LedgerDamagedException(published, "does not belong to " + secret);
    }
    return signer;
  }

  private static NoteSigner read(Path secret) throws IOException {
    try {
      return NoteSigner.parse(Files.readString(secret));
    } catch (IllegalArgumentException e) {
      throw new LedgerDamagedException(secret, String.valueOf(e.getMessage()));
    }
  }

  private static NoteSigner create(Disk disk, Path secret, String origin) throws IOException {
    NoteSigner signer = NoteSigner.generate(origin);
    Path temporary = Disk.temporary(secret);
    Files.deleteIfExists(temporary);
    Files.createFile(temporary, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    Files.writeString(temporary, signer.secretText() + "\n");
    disk.syncFile(temporary);
    disk.moveInPlace(temporary, secret);
    disk.syncDirectory(Disk.parent(secret));
    return signer;
  }
}
