package io.weighbridge.gateway.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.Changes;
import io.weighbridge.gateway.control.state.KeyState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first admin key, left in {@code state/admin.key} for whoever installed the gateway.
 * Stateless.
 */
final class AdminKeyFile {
  private static final Logger LOG = LoggerFactory.getLogger(AdminKeyFile.class);
  private static final Change.Actor FIRST_START = new Change.Actor("first start", "");

  private AdminKeyFile() {}

  /**
   * Makes the key when the state has no admin key. The file comes first: a start that dies between
   * the two finds it and uses it.
   */
  static void ensure(Path stateFolder, Changes changes) throws IOException {
    if (changes.current().keys().values().stream().anyMatch(Keys::isAdmin)) {
      return;
    }
    Path file = stateFolder.resolve("admin.key");
    ApiToken token = Files.exists(file) ? read(file) : write(file);
    KeyState key =
        new KeyState(
            token.id(),
            token.sha256(),
            "weighbridge",
            "admin",
            Role.ADMIN.word(),
            List.of(),
            new KeyState.Origin(
                KeyState.STATE, Keys.unixNs(Clock.systemUTC()), FIRST_START.principal()),
            0);
    changes.apply(state -> List.of(Keys.create(state, key, FIRST_START, "no admin key was there")));
    LOG.info("the admin key is in {}", file);
  }

  private static ApiToken read(Path file) throws IOException {
    ApiToken token = ApiToken.parse(Files.readString(file, US_ASCII).strip());
    if (token == null) {
      throw new IOException(file + " holds no key; move it away and start again");
    }
    return token;
  }

  private static ApiToken write(Path file) throws IOException {
    ApiToken token = ApiToken.random(new SecureRandom());
    Path fresh = file.resolveSibling("admin.key.new");
    Files.deleteIfExists(fresh);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap((token.text() + "\n").getBytes(US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    return token;
  }
}
