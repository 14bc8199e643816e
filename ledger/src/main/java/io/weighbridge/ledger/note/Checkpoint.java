package io.weighbridge.ledger.note;

import io.weighbridge.ledger.tree.TreeHash;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A log's word on its tree, by C2SP tlog-checkpoint without extension lines. Immutable.
 *
 * @param origin the log's name
 * @param size leaves in the tree
 * @param root the tree's root hash, 32 bytes
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by content below.
public record Checkpoint(String origin, long size, byte[] root) {
  /** Largest note read: a log's signature and many witnesses'. */
  public static final int NOTE_BYTES_MAX = 64 * 1024;

  private static final int TEXT_LINES = 3;
  private static final String DASH = "\u2014 ";
  private static final Pattern SIZE = Pattern.compile("0|[1-9][0-9]{0,17}");

  /** Checks the root's length. */
  public Checkpoint {
    if (root.length != TreeHash.BYTES) {
      throw new IllegalArgumentException("a root has 32 bytes, not " + root.length);
    }
    root = root.clone();
  }

  /** The note's text. */
  public String text() {
    return origin + "\n" + size + "\n" + StrictBase64.encode(root) + "\n";
  }

  /** The root as lower-case hexadecimal digits. */
  public String rootHex() {
    return HexFormat.of().formatHex(root);
  }

  /**
   * Reads a note and checks the signature of the key; signatures of others are left aside.
   *
   * @throws IllegalArgumentException when the note is malformed, not by this log or not signed by
   *     this key
   */
  public static Checkpoint open(byte[] note, NoteKey key) {
    String text = utf8(note);
    int cut = text.lastIndexOf("\n\n");
    if (cut < 0 || !text.endsWith("\n")) {
      throw new IllegalArgumentException("not a signed note");
    }
    String body = text.substring(0, cut + 1);
    requireSigned(body, text.substring(cut + 2), key);
    String[] lines = body.split("\n", -1);
    if (lines.length != TEXT_LINES + 1) {
      throw new IllegalArgumentException("a checkpoint has three lines, found " + body);
    }
    if (!lines[0].equals(key.name())) {
      throw new IllegalArgumentException(
          "the checkpoint is of " + lines[0] + ", the key of " + key.name());
    }
    if (!SIZE.matcher(lines[1]).matches()) {
      throw new IllegalArgumentException("not a tree size: " + lines[1]);
    }
    return new Checkpoint(lines[0], Long.parseLong(lines[1]), StrictBase64.decode(lines[2]));
  }

  private static void requireSigned(String body, String signatures, NoteKey key) {
    if (signatures.isEmpty() || !signatures.endsWith("\n")) {
      throw new IllegalArgumentException("not a signed note");
    }
    boolean signed = false;
    for (String line : signatures.substring(0, signatures.length() - 1).split("\n", -1)) {
      int space = line.lastIndexOf(' ');
      if (!line.startsWith(DASH) || space < DASH.length()) {
        throw new IllegalArgumentException("not a signature line: " + line);
      }
      byte[] bytes = StrictBase64.decode(line.substring(space + 1));
      if (bytes.length <= NoteKey.ID_BYTES) {
        throw new IllegalArgumentException("signature too short: " + line);
      }
      boolean ours =
          line.substring(DASH.length(), space).equals(key.name())
              && Arrays.equals(Arrays.copyOf(bytes, NoteKey.ID_BYTES), key.id());
      if (ours) {
        requireVerifies(body, Arrays.copyOfRange(bytes, NoteKey.ID_BYTES, bytes.length), key);
        signed = true;
      }
    }
    if (!signed) {
      throw new IllegalArgumentException("not signed by " + key.name());
    }
  }

  private static void requireVerifies(String body, byte[] signature, NoteKey key) {
    if (!key.verifies(body.getBytes(StandardCharsets.UTF_8), signature)) {
      throw new IllegalArgumentException("the signature of " + key.name() + " does not verify");
    }
  }

  private static String utf8(byte[] note) {
    if (note.length > NOTE_BYTES_MAX) {
      throw new IllegalArgumentException("a note of " + note.length + " bytes");
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(note)).toString();
      if (text.chars().anyMatch(c -> c < ' ' && c != '\n')) {
        throw new IllegalArgumentException("a note with control characters");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("a note that is not UTF-8", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Checkpoint checkpoint
        && origin.equals(checkpoint.origin)
        && size == checkpoint.size
        && Arrays.equals(root, checkpoint.root);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(size);
  }
}
