package io.weighbridge.host.repository;

import io.weighbridge.host.engine.Graph;
import io.weighbridge.host.engine.TextEncoder;
import io.weighbridge.integrity.ModelManifest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model as it was loaded once. Thread-safe.
 *
 * <p>Calls hold it while they run; retired, it takes no new ones and frees its memory when the last
 * has ended.
 */
public final class Generation {
  private final Identity identity;
  private final ModelManifest manifest;
  private final Instant hashedAt;
  private final ModelSpec spec;
  private final Graph graph;
  private final @Nullable TextEncoder textEncoder;

  private final List<Runnable> onRetire = new ArrayList<>();
  private int holders;
  private boolean retired;
  private boolean closed;

  /**
   * Which load of which version.
   *
   * @param number rises by one with each load of this model and version in this process
   */
  public record Identity(String name, String version, long number) {}

  /** What was made of the bytes; {@code textEncoder} is null when the model takes tensors only. */
  record Loaded(ModelSpec spec, Graph graph, @Nullable TextEncoder textEncoder) {}

  Generation(Identity identity, ModelManifest manifest, Instant hashedAt, Loaded loaded) {
    this.identity = identity;
    this.manifest = manifest;
    this.hashedAt = hashedAt;
    spec = loaded.spec;
    graph = loaded.graph;
    textEncoder = loaded.textEncoder;
  }

  /** Which load of which version. */
  public Identity identity() {
    return identity;
  }

  /** The files that were read, hashed as they were loaded. */
  public ModelManifest manifest() {
    return manifest;
  }

  /** When they were hashed. */
  public Instant hashedAt() {
    return hashedAt;
  }

  /** What model.yaml said. */
  public ModelSpec spec() {
    return spec;
  }

  /** The model; use it between {@link #tryHold} and {@link #release}. */
  public Graph graph() {
    return graph;
  }

  /** The text encoder, or null; use it like the graph. */
  public @Nullable TextEncoder textEncoder() {
    return textEncoder;
  }

  /** Takes part in keeping it loaded; false once it is retired. */
  public synchronized boolean tryHold() {
    if (retired) {
      return false;
    }
    holders++;
    return true;
  }

  /** Ends what {@link #tryHold} began. */
  public synchronized void release() {
    holders--;
    closeIfIdle();
  }

  /** Runs this once when the generation retires; at once when it has. */
  public void whenRetired(Runnable action) {
    synchronized (this) {
      if (!retired) {
        onRetire.add(action);
        return;
      }
    }
    action.run();
  }

  /** Forgets an action. */
  public synchronized void forget(Runnable action) {
    onRetire.remove(action);
  }

  /** Takes no new calls from now on. */
  void retire() {
    List<Runnable> actions;
    synchronized (this) {
      retired = true;
      actions = List.copyOf(onRetire);
      onRetire.clear();
    }
    actions.forEach(Runnable::run);
    synchronized (this) {
      closeIfIdle();
    }
  }

  private void closeIfIdle() {
    if (retired && holders == 0 && !closed) {
      closed = true;
      graph.close();
      if (textEncoder != null) {
        textEncoder.close();
      }
    }
  }

  @Override
  public String toString() {
    return identity.name + " version " + identity.version + " generation " + identity.number;
  }
}
