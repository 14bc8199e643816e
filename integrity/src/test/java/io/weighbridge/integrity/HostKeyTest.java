package io.weighbridge.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostKeyTest {
  @TempDir Path folder;

  @Test
  void createsTheKeyOnceAndFindsItAgain() throws IOException {
    Path file = folder.resolve("state/host-a.key");
    HostKey created = HostKey.loadOrCreate(file);
    HostKey loaded = HostKey.loadOrCreate(file);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(loaded.publicKey()).isEqualTo(created.publicKey());
    byte[] content = {1, 2};
    HostPublicKey enrolled = HostPublicKey.load(folder.resolve("state/host-a.pub"));
    assertThat(enrolled.verify(content, loaded.sign(content))).isTrue();
    assertThat(enrolled.verify(new byte[] {1, 3}, loaded.sign(content))).isFalse();
    assertThat(enrolled.verify(content, new byte[5])).isFalse();
    assertThat(HostKey.generate().publicKey()).isNotEqualTo(enrolled);
  }

  @Test
  void refusesAKeyOthersMayRead() throws IOException {
    Path file = folder.resolve("host.key");
    HostKey.loadOrCreate(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> HostKey.loadOrCreate(file))
        .withMessageContaining("chmod 600");
  }

  @Test
  void refusesHalvesThatDoNotBelongTogether() throws IOException {
    Path file = folder.resolve("host.key");
    HostKey.loadOrCreate(file);
    String pem = Files.readString(file);
    String other = HostKey.generate().publicKey().toPem();
    Files.writeString(file, pem.substring(0, pem.indexOf("-----BEGIN PUBLIC")) + other);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> HostKey.load(file))
        .withMessageContaining("belong together");
    Files.writeString(file, "nothing");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> HostKey.load(file))
        .withMessageContaining("PRIVATE KEY");
  }

  @Test
  void saysWhichFileIsNoKeyAndWhy() throws IOException {
    Path der = Files.write(folder.resolve("der.pub"), new byte[] {0x30, (byte) 0x82, 1});
    Path none = folder.resolve("none");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> HostPublicKey.load(der))
        .withMessage(der + ": holds no PEM block PUBLIC KEY");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> HostPublicKey.load(none))
        .withMessage(none + ": is missing");
    Files.setPosixFilePermissions(der, PosixFilePermissions.fromString("rw-------"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> HostKey.load(der))
        .withMessageContaining(der + ": not an Ed25519 key file: holds no PEM block PRIVATE KEY");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> HostKey.load(none))
        .withMessage(none + ": is missing");
  }

  @Test
  void refusesPublicKeysOfOtherKinds() {
    String p256 =
        """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
        6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
        -----END PUBLIC KEY-----
        """;
    assertThatIllegalArgumentException().isThrownBy(() -> HostPublicKey.ofPem(p256));
    assertThatIllegalArgumentException().isThrownBy(() -> HostPublicKey.ofPem("text"));
  }

  /** RFC 8032, section 7.1, test 2. */
  @Test
  void verifiesThePublishedExample() {
    byte[] rawKey = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    byte[] prefix = hex("302a300506032b6570032100");
    byte[] der = new byte[44];
    System.arraycopy(prefix, 0, der, 0, 12);
    System.arraycopy(rawKey, 0, der, 12, 32);
    HostPublicKey key = HostPublicKey.ofPem(Pem.encode("PUBLIC KEY", der));
    byte[] signature =
        hex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
    assertThat(key.verify(hex("72"), signature)).isTrue();
    assertThat(key.verify("r ".getBytes(StandardCharsets.US_ASCII), signature)).isFalse();
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
