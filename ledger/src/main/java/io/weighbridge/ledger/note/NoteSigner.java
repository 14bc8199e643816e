package io.weighbridge.ledger.note;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The signing half of a {@link NoteKey}. Immutable.
 *
 * <p>Its text form is one line, {@code WEIGHBRIDGE-LEDGER-KEY-1+<verifier key>+<seed in hexadecimal
 * digits>}: verifier key and seed together, so that neither is ever derived from the wrong other.
 */
public final class NoteSigner {
  private static final String HEADING = "WEIGHBRIDGE-LEDGER-KEY-1";
  private static final int SEED_BYTES = 32;

  private final NoteKey key;
  private final PrivateKey privateKey;

  private NoteSigner(NoteKey key, PrivateKey privateKey) {
    this.key = key;
    this.privateKey = privateKey;
  }

  /** A new key. */
  public static NoteSigner generate(String name) {
    try {
      KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      return new NoteSigner(NoteKey.of(name, pair.getPublic()), pair.getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has Ed25519", e);
    }
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException when it is damaged; the message holds no secret
   */
  public static NoteSigner parse(String text) {
    String line = text.strip();
    int cut = line.lastIndexOf('+');
    if (!line.startsWith(HEADING + "+") || cut <= HEADING.length()) {
      throw new IllegalArgumentException("not a ledger key: expected " + HEADING + "+...");
    }
    try {
      return of(NoteKey.parse(line.substring(HEADING.length() + 1, cut)), line.substring(cut + 1));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException("the ledger key is damaged", e);
    }
  }

  private static NoteSigner of(NoteKey key, String seed) throws GeneralSecurityException {
    byte[] bytes = HexFormat.of().parseHex(seed);
    if (bytes.length != SEED_BYTES) {
      throw new IllegalArgumentException("a seed has 32 bytes");
    }
    PrivateKey privateKey =
        KeyFactory.getInstance("Ed25519")
            .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, bytes));
    NoteSigner signer = new NoteSigner(key, privateKey);
    byte[] probe = {1};
    if (!key.verifies(probe, signer.signature(probe))) {
      throw new IllegalArgumentException("seed and verifier key do not belong together");
    }
    return signer;
  }

  /** The public half. */
  public NoteKey key() {
    return key;
  }

  /** The secret text form. */
  public String secretText() {
    byte[] seed = ((EdECPrivateKey) privateKey).getBytes().orElseThrow();
    return HEADING + "+" + key + "+" + HexFormat.of().formatHex(seed);
  }

  /** The text, which ends in a newline, with a blank line and the signature line. */
  public String sign(String text) {
    byte[] signature = signature(text.getBytes(StandardCharsets.UTF_8));
    byte[] line = Arrays.copyOf(key.id(), NoteKey.ID_BYTES + signature.length);
    System.arraycopy(signature, 0, line, NoteKey.ID_BYTES, signature.length);
    return text + "\n\u2014 " + key.name() + " " + StrictBase64.encode(line) + "\n";
  }

  private byte[] signature(byte[] text) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initSign(privateKey);
      ed25519.update(text);
      return ed25519.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Ed25519 with a checked key", e);
    }
  }
}
