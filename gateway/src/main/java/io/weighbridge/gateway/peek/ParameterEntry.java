package io.weighbridge.gateway.peek;

import io.netty.buffer.ByteBuf;
import io.weighbridge.gateway.peek.ProtoWalk.Action;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a request's parameters while it is walked: a key and an {@code InferParameter}, in
 * any order. Confined to the call's event loop; reused after {@link #begin}.
 */
final class ParameterEntry {
  /* Two keys, two values or two choices in one entry are legal protobuf and the last one counts. No
   * encoder writes that, so it is refused rather than trusted to be read alike everywhere. */

  /** Depth of the entry, where key and value are; the value's choices are one deeper. */
  private static final int ENTRY_DEPTH = 1;

  private static final int KEY = 1;
  private static final int VALUE = 2;

  private static final int BOOL_PARAM = 1;
  private static final int INT64_PARAM = 2;
  private static final int STRING_PARAM = 3;
  private static final int DOUBLE_PARAM = 4;
  private static final int UINT64_PARAM = 5;

  private final CapturedText key = new CapturedText(ParameterNames.NAME_BYTES_MAX);
  private final Parameter value = new Parameter();
  private boolean keySeen;
  private boolean valueSeen;
  private boolean choiceSeen;

  void begin() {
    key.clear();
    value.clear();
    value.setOther();
    keySeen = false;
    valueSeen = false;
    choiceSeen = false;
  }

  CapturedText key() {
    return key;
  }

  Parameter value() {
    return value;
  }

  /** Why this tag cannot stand here, or null. */
  @Nullable Malformed check(int depth, int field, int wireType) {
    if (depth == ENTRY_DEPTH) {
      return field == KEY || field == VALUE ? checkEntry(field, wireType) : null;
    }
    return field >= BOOL_PARAM && field <= UINT64_PARAM ? checkChoice(field, wireType) : null;
  }

  private @Nullable Malformed checkEntry(int field, int wireType) {
    if (wireType != ProtoWalk.BYTES) {
      return Malformed.WIRE_TYPE;
    }
    if (field == KEY ? keySeen : valueSeen) {
      return Malformed.PARAMETER_REPEATED;
    }
    keySeen |= field == KEY;
    valueSeen |= field == VALUE;
    return null;
  }

  private @Nullable Malformed checkChoice(int field, int wireType) {
    int expected =
        switch (field) {
          case STRING_PARAM -> ProtoWalk.BYTES;
          case DOUBLE_PARAM -> ProtoWalk.FIXED64;
          default -> ProtoWalk.VARINT;
        };
    if (wireType != expected) {
      return Malformed.WIRE_TYPE;
    }
    if (choiceSeen) {
      return Malformed.PARAMETER_REPEATED;
    }
    choiceSeen = true;
    return null;
  }

  /** What to do with the value of a tag that passed {@link #check}. */
  Action actionFor(int depth, int field) {
    if (depth == ENTRY_DEPTH) {
      return switch (field) {
        case KEY -> Action.TAKE;
        case VALUE -> Action.ENTER;
        default -> Action.SKIP;
      };
    }
    return switch (field) {
      case INT64_PARAM, UINT64_PARAM, STRING_PARAM -> Action.TAKE;
      default -> Action.SKIP;
    };
  }

  void onNumber(int field, long number) {
    value.setNumber(field == INT64_PARAM ? Parameter.Kind.SIGNED : Parameter.Kind.UNSIGNED, number);
  }

  /** Borrows {@code buf}. */
  void onBytes(int depth, ByteBuf buf, int index, int count) {
    (depth == ENTRY_DEPTH ? key : value.text()).append(buf, index, count);
  }

  void onEnd(int depth, int field) {
    if (depth > ENTRY_DEPTH && field == STRING_PARAM) {
      value.setText();
    }
  }
}
