package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.peek.CapturedText;
import io.weighbridge.gateway.peek.ParameterNames;
import io.weighbridge.gateway.peek.Peek;
import io.weighbridge.gateway.route.Ask;
import io.weighbridge.gateway.route.ModelRoute;
import java.nio.ByteBuffer;

/**
 * Reads what a call says about its route: version, label, and what keeps its caller on a version.
 * Stateless.
 */
final class AskReader {
  private AskReader() {}

  /** Fills the ask; no key when the model is not sticky or the call does not carry it. */
  static void fill(
      Ask ask,
      ModelRoute model,
      Caller caller,
      HeaderBlock headers,
      Peek peek,
      ParameterNames names) {
    named(ask, peek);
    switch (model.spec().sticky().by()) {
      case NOTHING -> {
        // The loop's draw decides, but for a sequence: it stays with its version.
        if (Routing.sequence(peek) != 0) {
          byte[] key = new byte[Long.BYTES];
          ByteBuffer.wrap(key).putLong(Routing.sequence(peek));
          set(ask, key, key.length);
        }
      }
      case CALLER -> set(ask, caller.stickyKey(), caller.stickyKey().length);
      case HEADER -> {
        AsciiString name = model.stickyHeader();
        AsciiString value = name == null ? null : headers.find(name);
        if (value != null) {
          set(ask, value.toByteArray(), value.length());
        }
      }
      case PARAMETER -> {
        int index = names.indexOf(model.spec().sticky().name());
        if (index >= 0 && peek.parameter(index).isPresent()) {
          CapturedText text = peek.parameter(index).text();
          set(ask, text.array(), text.length());
        }
      }
    }
  }

  /** Fills in the version and label the message names, if it does. */
  static void named(Ask ask, Peek peek) {
    ask.version = peek.version().array();
    ask.versionBytes = peek.version().length();
    if (peek.label().isPresent()) {
      ask.label = peek.label().text().array();
      ask.labelBytes = peek.label().text().length();
    }
  }

  private static void set(Ask ask, byte[] key, int length) {
    ask.key = key;
    ask.keyBytes = length;
  }
}
