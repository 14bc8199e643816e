package io.weighbridge.gateway.peek;

import io.netty.buffer.ByteBuf;
import io.weighbridge.gateway.peek.ProtoWalk.Action;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields that decide a route, and the rules they must keep. Confined to the call's event loop;
 * reused after {@link #reset}.
 */
final class RoutingFields implements ProtoWalk.Fields {
  private static final int NAME = 1;
  private static final int VERSION = 2;
  private static final int ID = 3;
  private static final int PARAMETERS = 4;
  private static final int LAST_TENSOR_FIELD = 7;

  private final CapturedText name = new CapturedText(Peek.NAME_BYTES_MAX);
  private final CapturedText version = new CapturedText(Peek.NAME_BYTES_MAX);
  private final CapturedText id = new CapturedText(Peek.ID_BYTES_MAX);
  private final ParameterEntry entry = new ParameterEntry();
  private final Parameter[] parameters = new Parameter[ParameterNames.NAMES_MAX];
  private int parametersMade;

  private ParameterNames watched = ParameterNames.of(List.of());
  private Peek.Shape shape = Peek.Shape.INFER;
  private boolean nameSeen;
  private boolean versionSeen;
  private boolean routesEarly;
  private boolean routed;
  private @Nullable Malformed refused;

  /**
   * Begins a message.
   *
   * @param routesEarly whether the route is taken at the first tensor after the name, not at the
   *     end
   */
  void reset(Peek.Shape shape, ParameterNames watched, boolean routesEarly) {
    this.shape = shape;
    this.watched = watched;
    this.routesEarly = routesEarly;
    name.clear();
    version.clear();
    id.clear();
    for (int i = 0; i < parametersMade; i++) {
      parameters[i].clear();
    }
    while (parametersMade < watched.size()) {
      parameters[parametersMade++] = new Parameter();
    }
    nameSeen = false;
    versionSeen = false;
    routed = false;
    refused = null;
  }

  CapturedText name() {
    return name;
  }

  CapturedText version() {
    return version;
  }

  CapturedText id() {
    return id;
  }

  Parameter parameter(int index) {
    return parameters[index];
  }

  boolean nameSeen() {
    return nameSeen;
  }

  /** Whether the route was taken before the message's end. */
  boolean routed() {
    return routed;
  }

  @Override
  public @Nullable Malformed refused() {
    return refused;
  }

  @Override
  public Action onTag(int depth, int field, int wireType) {
    if (depth > 0) {
      refused = entry.check(depth, field, wireType);
      return entry.actionFor(depth, field);
    }
    int lastChecked = shape == Peek.Shape.INFER ? LAST_TENSOR_FIELD : VERSION;
    if (field > lastChecked) {
      routed |= routesEarly && nameSeen;
      return Action.SKIP;
    }
    if (wireType != ProtoWalk.BYTES) {
      refused = Malformed.WIRE_TYPE;
      return Action.SKIP;
    }
    if (field > PARAMETERS) {
      routed |= routesEarly && nameSeen;
      return Action.SKIP;
    }
    refused = routed ? Malformed.ROUTING_LATE : beginField(field);
    return field == PARAMETERS ? Action.ENTER : Action.TAKE;
  }

  private @Nullable Malformed beginField(int field) {
    switch (field) {
      case NAME -> {
        boolean again = nameSeen;
        nameSeen = true;
        return again ? Malformed.NAME_REPEATED : null;
      }
      case VERSION -> {
        boolean again = versionSeen;
        versionSeen = true;
        return again ? Malformed.VERSION_REPEATED : null;
      }
      case ID -> id.clear();
      default -> entry.begin();
    }
    return null;
  }

  @Override
  public void onNumber(int depth, int field, long value) {
    entry.onNumber(field, value);
  }

  @Override
  public void onBytes(int depth, int field, ByteBuf buf, int index, int count) {
    if (depth > 0) {
      entry.onBytes(depth, buf, index, count);
      return;
    }
    switch (field) {
      case NAME -> name.append(buf, index, count);
      case VERSION -> version.append(buf, index, count);
      default -> id.append(buf, index, count);
    }
  }

  @Override
  public void onEnd(int depth, int field) {
    if (depth > 0) {
      entry.onEnd(depth, field);
      return;
    }
    refused =
        switch (field) {
          case NAME -> name.isName() ? null : Malformed.NAME_INVALID;
          case VERSION -> version.isEmpty() || version.isName() ? null : Malformed.VERSION_INVALID;
          case PARAMETERS -> endParameter();
          default -> null;
        };
  }

  private @Nullable Malformed endParameter() {
    int index = watched.indexOf(entry.key());
    if (index < 0) {
      return null;
    }
    Parameter parameter = parameters[index];
    if (parameter.isPresent()) {
      return Malformed.PARAMETER_REPEATED;
    }
    parameter.copyFrom(entry.value());
    boolean valid =
        switch (index) {
          case ParameterNames.LABEL -> parameter.text().isName();
          case ParameterNames.SEQUENCE_ID -> parameter.isNumber() || parameter.isWholeText();
          case ParameterNames.PRIORITY, ParameterNames.TIMEOUT -> parameter.isCount();
          default -> true;
        };
    return valid ? null : Malformed.PARAMETER_INVALID;
  }
}
