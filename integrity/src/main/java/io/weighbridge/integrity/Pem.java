package io.weighbridge.integrity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;

/** PEM files and text of RFC 7468, one labelled block at a time. Stateless. */
final class Pem {
  private static final int LINE_LENGTH = 64;

  private Pem() {}

  /**
   * The bytes of a file, one char each: what is no PEM is told by {@link #decode}.
   *
   * @throws IOException which names the file and says why it cannot be read
   */
  static String read(Path file) throws IOException {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": is missing", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + ": may not be read by the user of this process", e);
    } catch (IOException e) {
      throw new IOException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  static String encode(String label, byte[] der) {
    Base64.Encoder lines = Base64.getMimeEncoder(LINE_LENGTH, new byte[] {'\n'});
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, lines.encodeToString(der), label);
  }

  /** Finds the first block of this label; other blocks and text before and after are skipped. */
  static byte[] decode(String pem, String label) {
    String begin = "-----BEGIN " + label + "-----";
    String end = "-----END " + label + "-----";
    int from = pem.indexOf(begin);
    int to = pem.indexOf(end, Math.max(from, 0));
    if (from < 0 || to < 0) {
      throw new IllegalArgumentException("holds no PEM block " + label);
    }
    String body = pem.substring(from + begin.length(), to).replaceAll("\\s", "");
    try {
      return Base64.getDecoder().decode(body);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the PEM block " + label + " is not base64: " + e.getMessage(), e);
    }
  }
}
