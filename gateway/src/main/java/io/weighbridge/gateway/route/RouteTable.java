package io.weighbridge.gateway.route;

import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.call.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All models of one epoch, ready to be asked. Immutable.
 *
 * <p>Models are found by the bytes of their name, so that a call needs no string: open addressing
 * over a table at most half full.
 */
public final class RouteTable {
  /** 2^32 over the golden ratio, odd: Fibonacci hashing (Knuth, TAOCP 6.4). */
  private static final int GOLDEN = 0x9e3779b9;

  private final long epoch;
  private final List<ModelRoute> models;
  private final @Nullable ModelRoute[] byName;

  private RouteTable(long epoch, List<ModelRoute> models) {
    this.epoch = epoch;
    this.models = models;
    byName = new ModelRoute[Integer.highestOneBit(Math.max(4, models.size() * 4 - 1))];
    for (ModelRoute model : models) {
      int at = hash(model.nameUtf8(), model.nameUtf8().length) & (byName.length - 1);
      while (byName[at] != null) {
        at = (at + 1) & (byName.length - 1);
      }
      byName[at] = model;
    }
  }

  /** Builds the table of an epoch. */
  public static RouteTable of(long epoch, List<ModelSpec> specs, Slots slots) {
    return new RouteTable(epoch, specs.stream().map(spec -> new ModelRoute(spec, slots)).toList());
  }

  /** The number of the table; rises with every change. */
  public long epoch() {
    return epoch;
  }

  /** Every model. */
  public List<ModelRoute> models() {
    return models;
  }

  /** The model of this name, or null. Allocates nothing. */
  public @Nullable ModelRoute find(byte[] name, int length) {
    int at = hash(name, length) & (byName.length - 1);
    for (ModelRoute model = byName[at]; model != null; model = byName[at]) {
      if (model.isNamed(name, length)) {
        return model;
      }
      at = (at + 1) & (byName.length - 1);
    }
    return null;
  }

  /** The target of a model's version, or null when either is unknown. */
  public @Nullable Target target(String model, String version) {
    for (ModelRoute route : models) {
      if (route.name().equals(model)) {
        return route.target(version);
      }
    }
    return null;
  }

  /**
   * Names are alike but for a number, and so are their polynomials: without a last mix they fill
   * neighbouring places, and a call goes past others' by the hundred.
   */
  private static int hash(byte[] name, int length) {
    int hash = 0;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + name[i];
    }
    hash *= GOLDEN;
    return hash ^ hash >>> 16;
  }
}
