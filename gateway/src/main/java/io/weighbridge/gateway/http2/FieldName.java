package io.weighbridge.gateway.http2;

import io.netty.util.AsciiString;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Names of header fields that code knows: each is one object in the whole process, which what is
 * read off the wire uses too, so that most comparisons of names end at the reference.
 */
public final class FieldName {
  private static final Map<AsciiString, AsciiString> KNOWN = new ConcurrentHashMap<>();

  private FieldName() {}

  /**
   * The object of this lower-case name. For constants: names of a peer's making never come here.
   */
  public static AsciiString of(String name) {
    return KNOWN.computeIfAbsent(AsciiString.cached(name), known -> known);
  }

  /** The one object that is equal to this name, or null when no code knows it. */
  static @Nullable AsciiString find(AsciiString name) {
    return KNOWN.get(name);
  }
}
