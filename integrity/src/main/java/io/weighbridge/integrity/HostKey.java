package io.weighbridge.integrity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.EnumSet;
import java.util.Set;

/**
 * The Ed25519 key a host signs its statements with. Immutable.
 *
 * <p>On disk: one PEM file, mode 0600, with the blocks PRIVATE KEY (PKCS #8) and PUBLIC KEY, since
 * the JDK cannot derive the second from the first.
 */
public final class HostKey {
  private static final String PEM_LABEL = "PRIVATE KEY";
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final PrivateKey privateKey;
  private final HostPublicKey publicKey;

  private HostKey(PrivateKey privateKey, HostPublicKey publicKey) {
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /** A new key, kept in memory only. */
  public static HostKey generate() {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      return new HostKey(pair.getPrivate(), new HostPublicKey(pair.getPublic()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no Ed25519", e);
    }
  }

  /**
   * Loads the key from this file, or creates file and key. The public half is written beside it:
   * {@code host.key} gets {@code host.pub}.
   *
   * @throws IOException also when others may read the file, or its two halves do not match
   */
  public static HostKey loadOrCreate(Path file) throws IOException {
    HostKey key;
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      key = load(file);
    } else {
      key = generate();
      key.create(file);
    }
    Path publicFile = publicFileOf(file);
    if (!Files.exists(publicFile) || !HostPublicKey.load(publicFile).equals(key.publicKey)) {
      Files.writeString(publicFile, key.publicKey.toPem(), StandardCharsets.US_ASCII);
    }
    return key;
  }

  /** Loads an existing key file. */
  public static HostKey load(Path file) throws IOException {
    String pem = Pem.read(file);
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(permissions)) {
      throw new IOException(
          "%s: mode is %s, others could take the key; try: chmod 600 %s"
              .formatted(file, PosixFilePermissions.toString(permissions), file));
    }
    try {
      PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Pem.decode(pem, PEM_LABEL));
      PrivateKey privateKey = KeyFactory.getInstance("Ed25519").generatePrivate(spec);
      HostKey key = new HostKey(privateKey, HostPublicKey.ofPem(pem));
      byte[] probe = {1, 2, 3};
      if (!key.publicKey.verify(probe, key.sign(probe))) {
        throw new IOException(file + ": its private and public key do not belong together");
      }
      return key;
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      throw new IOException(file + ": not an Ed25519 key file: " + e.getMessage(), e);
    }
  }

  /** Where the public half of a key file stands: the same name, ending {@code .pub}. */
  public static Path publicFileOf(Path keyFile) {
    String name = keyFile.getFileName().toString();
    String stem = name.endsWith(".key") ? name.substring(0, name.length() - 4) : name;
    return keyFile.resolveSibling(stem + ".pub");
  }

  /** The public half. */
  public HostPublicKey publicKey() {
    return publicKey;
  }

  /** Signs these bytes: 64 bytes, the same each time. */
  public byte[] sign(byte[] content) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initSign(privateKey);
      ed25519.update(content);
      return ed25519.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot sign with Ed25519", e);
    }
  }

  /** Written beside its final name first, so that a crash leaves no half key. */
  private void create(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(draft);
    FileAttribute<?> mode = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    String pem = Pem.encode(PEM_LABEL, privateKey.getEncoded()) + publicKey.toPem();
    try (FileChannel channel =
        FileChannel.open(
            draft, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
      ByteBuffer bytes = StandardCharsets.US_ASCII.encode(pem);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
