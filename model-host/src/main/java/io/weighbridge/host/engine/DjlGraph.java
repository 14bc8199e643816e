package io.weighbridge.host.engine;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;
import ai.djl.translate.Batchifier;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import ai.onnxruntime.OrtException;
import com.google.protobuf.ByteString;
import io.weighbridge.host.tensor.BadInputException;
import io.weighbridge.host.tensor.Tensor;
import io.weighbridge.host.tensor.TensorSpec;
import io.weighbridge.host.tensor.TensorType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model run by one of DJL's engines. Thread-safe: each call has a predictor of its own. */
final class DjlGraph implements Graph {
  /* UTF-8's first byte of a character above U+FFFF; no other byte is as large. */
  private static final int FOUR_BYTES_LEAD = 0xF0;

  private final Model model;
  private final List<TensorSpec> outputs;
  private final Map<TensorType, Model> casts;
  private final PortCheck ports;

  DjlGraph(Model model, List<TensorSpec> outputs, Map<TensorType, Model> casts, PortCheck ports) {
    this.model = model;
    this.outputs = List.copyOf(outputs);
    this.casts = new EnumMap<>(casts);
    this.ports = ports;
  }

  @Override
  public List<Tensor> run(List<Tensor> inputs) throws BadInputException, EngineFailureException {
    ports.requireAgreement(inputs);
    requireText(inputs);
    try (Predictor<List<Tensor>, List<Tensor>> predictor = model.newPredictor(new Exchange())) {
      return predictor.predict(inputs);
    } catch (TranslateException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof OrtException ort
            && ort.getCode() == OrtException.OrtErrorCode.ORT_INVALID_ARGUMENT) {
          throw new BadInputException("the model does not take these inputs: " + ort.getMessage());
        }
      }
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new EngineFailureException("the engine failed: " + cause.getMessage(), e);
    }
  }

  /**
   * What would change on its way: the engine is given texts, not bytes, through JNI, whose own
   * UTF-8 has other bytes for NUL and for characters above U+FFFF.
   */
  private static void requireText(List<Tensor> inputs) throws BadInputException {
    for (Tensor input : inputs) {
      for (int i = 0; i < input.texts().size(); i++) {
        ByteString text = input.texts().get(i);
        if (!text.isValidUtf8()) {
          throw new BadInputException(
              "input %s: element %d is not UTF-8 text".formatted(input.name(), i));
        }
        if (!passesUnchanged(text)) {
          throw new BadInputException(
              "input %s: element %d holds NUL or a character above U+FFFF, which the engine's"
                      .formatted(input.name(), i)
                  + " Java interface would change");
        }
      }
    }
  }

  private static boolean passesUnchanged(ByteString utf8) {
    for (int i = 0; i < utf8.size(); i++) {
      int unit = utf8.byteAt(i) & 0xFF;
      if (unit == 0 || unit >= FOUR_BYTES_LEAD) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void close() {
    model.close();
  }

  /** Brings tensors into the engine and out of it. */
  private final class Exchange implements Translator<List<Tensor>, List<Tensor>> {

    @Override
    public @Nullable Batchifier getBatchifier() {
      return null; // The batch is the caller's.
    }

    @Override
    public NDList processInput(TranslatorContext context, List<Tensor> inputs) {
      NDList arrays = new NDList(inputs.size());
      for (Tensor input : inputs) {
        NDArray array = toArray(context.getNDManager(), input);
        array.setName(input.name());
        arrays.add(array);
      }
      return arrays;
    }

    @Override
    public List<Tensor> processOutput(TranslatorContext context, NDList arrays) {
      List<Tensor> results = new ArrayList<>(outputs.size());
      for (int i = 0; i < outputs.size(); i++) {
        TensorSpec spec = outputs.get(i);
        results.add(EngineArrays.read(spec, find(arrays, spec.name(), i)));
      }
      return results;
    }

    private NDArray find(NDList arrays, String name, int index) {
      for (NDArray array : arrays) {
        if (name.equals(array.getName())) {
          return array;
        }
      }
      return arrays.get(index); // Engines whose outputs carry no names.
    }

    private NDArray toArray(NDManager manager, Tensor tensor) {
      Model cast = casts.get(tensor.type());
      if (cast == null) {
        return EngineArrays.write(manager, tensor);
      }
      NDArray carrier = EngineArrays.write(manager, EngineArrays.widen(tensor));
      carrier.setName(OnnxCasts.INPUT);
      ParameterStore noParameters = new ParameterStore(manager, false);
      return cast.getBlock().forward(noParameters, new NDList(carrier), false).singletonOrThrow();
    }
  }
}
