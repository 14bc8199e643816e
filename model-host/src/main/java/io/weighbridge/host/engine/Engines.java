package io.weighbridge.host.engine;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import io.weighbridge.host.tensor.TensorSpec;
import io.weighbridge.host.tensor.TensorType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The engines DJL finds on the class path; loads models from bytes in memory. Thread-safe.
 *
 * <p>An engine is always named: DJL's own choice falls on whatever library registered first.
 */
public final class Engines implements AutoCloseable {
  /** The engine for ONNX files, and the one this host is tried with. */
  public static final String ONNX_RUNTIME = "OnnxRuntime";

  private final Map<String, String> options;
  private final EnumMap<TensorType, Model> casts = new EnumMap<>(TensorType.class);

  /**
   * Sets what every model is loaded with.
   *
   * @param threadsPerCall threads the engine may use within one call
   */
  public Engines(int threadsPerCall) {
    stayAtHome();
    options =
        Map.of("intraOpNumThreads", Integer.toString(threadsPerCall), "interOpNumThreads", "1");
  }

  /**
   * Neither DJL nor ONNX Runtime may reach for the network, for models or to report what is served:
   * the second does so by default since 1.29 and listens to nothing but its environment.
   */
  private static void stayAtHome() {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    NativeEnvironment.set("ORT_DISABLE_TELEMETRY", "1");
  }

  /** Names of the engines there are. */
  public static List<String> names() {
    return List.copyOf(new TreeSet<>(Engine.getAllEngines()));
  }

  /**
   * Loads a model from these very bytes.
   *
   * @param label for messages
   */
  public Graph load(
      String engine,
      String label,
      byte[] weights,
      List<TensorSpec> inputs,
      List<TensorSpec> outputs)
      throws UnusableModelException {
    if (!Engine.hasEngine(engine)) {
      throw new UnusableModelException(
          "engine " + engine + " is not on the class path; there is " + names());
    }
    PortCheck ports = PortCheck.NONE;
    if (engine.equals(ONNX_RUNTIME)) {
      ports = PortCheck.of(OnnxOutline.read(weights), inputs, outputs);
    }
    EnumMap<TensorType, Model> needed = new EnumMap<>(TensorType.class);
    if (engine.equals(ONNX_RUNTIME)) {
      for (TensorSpec input : inputs) {
        if (OnnxCasts.carrierOf(input.type()) != input.type()) {
          needed.put(input.type(), castTo(input.type()));
        }
      }
    }
    return new DjlGraph(open(engine, label, weights), outputs, needed, ports);
  }

  private synchronized Model castTo(TensorType type) throws UnusableModelException {
    Model cast = casts.get(type);
    if (cast == null) {
      cast = open(ONNX_RUNTIME, "cast-" + type, OnnxCasts.model(type));
      casts.put(type, cast);
    }
    return cast;
  }

  private Model open(String engine, String label, byte[] weights) throws UnusableModelException {
    Model model = Model.newInstance(label, Device.cpu(), engine);
    try {
      model.load(new ByteArrayInputStream(weights), options);
      discardFolder(model.getModelPath());
      return model;
    } catch (IOException
        | MalformedModelException
        | EngineException
        | UnsupportedOperationException e) {
      model.close();
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UnusableModelException(engine + " cannot load it: " + cause.getMessage(), e);
    }
  }

  /** DJL makes an empty folder for each model it loads from a stream. */
  private static void discardFolder(Path folder) throws IOException {
    Files.deleteIfExists(folder);
  }

  @Override
  public synchronized void close() {
    casts.values().forEach(Model::close);
    casts.clear();
  }
}
