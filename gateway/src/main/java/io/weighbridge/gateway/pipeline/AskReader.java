package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.peek.Parameter;
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

  /**
   * Fills the ask. Where the model is not sticky or the call does not say by what, its sequence is
   * the key, and there is none without one.
   */
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
        // A sequence or the loop's draw decides.
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
        if (index >= 0) {
          parameter(ask, peek.parameter(index));
        }
      }
    }
    long sequence = ask.key == null ? Routing.sequence(peek) : 0;
    if (sequence != 0) {
      set(ask, ByteBuffer.allocate(Long.BYTES).putLong(sequence).array(), Long.BYTES);
    }
  }

  private static void parameter(Ask ask, Parameter user) {
    switch (user.kind()) {
      case TEXT -> set(ask, user.text().array(), user.text().length());
      case SIGNED -> digits(ask, Long.toString(user.number()));
      case UNSIGNED -> digits(ask, Long.toUnsignedString(user.number()));
      case ABSENT, OTHER -> {
        // No key.
      }
    }
  }

  private static void digits(Ask ask, String number) {
    set(ask, number.getBytes(US_ASCII), number.length());
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

  /** An empty key would put all that say nothing into one bucket. */
  private static void set(Ask ask, byte[] key, int length) {
    ask.key = length == 0 ? null : key;
    ask.keyBytes = length;
  }
}
