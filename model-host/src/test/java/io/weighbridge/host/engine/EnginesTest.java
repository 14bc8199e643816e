package io.weighbridge.host.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.weighbridge.host.OnnxFiles;
import io.weighbridge.host.tensor.BadInputException;
import io.weighbridge.host.tensor.Tensor;
import io.weighbridge.host.tensor.TensorSpec;
import io.weighbridge.host.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnginesTest {
  private static final List<TensorSpec> X = List.of(TensorSpec.unbounded("x", TensorType.FP32, -1));
  private static final List<TensorSpec> Y = List.of(TensorSpec.unbounded("y", TensorType.FP32, -1));

  private final Engines engines = new Engines(1);

  @AfterEach
  void close() {
    engines.close();
  }

  @Test
  void runsTheBytesItWasGiven() throws Exception {
    try (Graph graph = engines.load(Engines.ONNX_RUNTIME, "m", OnnxFiles.addConstant(3), X, Y)) {
      ByteBuffer five = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(5).flip();
      Tensor result =
          graph
              .run(List.of(Tensor.ofNumbers("x", TensorType.FP32, new long[] {1}, five)))
              .getFirst();
      assertThat(result.numbers().getFloat(0)).isEqualTo(8);
      assertThat(result.name()).isEqualTo("y");
    }
  }

  @Test
  void refusesWeightsInOtherFilesBecauseTheyWouldNotBeHashed(@TempDir Path folder)
      throws Exception {
    Path secret = folder.resolve("weights.bin");
    Files.write(secret, new byte[4]);
    byte[] onnx =
        new OnnxFiles()
            .input("x", TensorType.FP32, "n")
            .output("y", TensorType.FP32, "n")
            .externalConstant("w", secret.toString())
            .node("Add", List.of("x", "w"), "y")
            .build();
    assertRefused(onnx, X, Y, "weights outside the file are not supported");
  }

  @Test
  void refusesADescriptionThatIsNotTheModels() {
    byte[] onnx = OnnxFiles.addConstant(1);
    assertRefused(
        onnx,
        List.of(TensorSpec.unbounded("x", TensorType.FP64, -1)),
        Y,
        "input x is FP64 in model.yaml and FP32 in the model");
    assertRefused(
        onnx,
        List.of(TensorSpec.unbounded("x", TensorType.FP32, -1, -1)),
        Y,
        "input x is FP32 [-1, -1] in model.yaml and [n] in the model");
    assertRefused(
        onnx,
        List.of(TensorSpec.unbounded("z", TensorType.FP32, -1)),
        Y,
        "input z of model.yaml is not in the model, which has [x]; input x of the model is not in"
            + " model.yaml");
    assertRefused(
        onnx,
        X,
        List.of(TensorSpec.unbounded("out", TensorType.FP32, -1)),
        "output out of model.yaml is not in the model, which has [y]");
  }

  @Test
  void aModelGetsTheTextThatCameOrNone() throws Exception {
    assertThat(equalsConstant("grün 漢字 \uFFFD", "grün 漢字 \uFFFD")).isTrue();
    assertThat(equalsConstant("grün", "gruen")).isFalse();
    for (String text : List.of("a😀", "\uD800\uDC00", "a\0b")) {
      assertThatExceptionOfType(BadInputException.class)
          .isThrownBy(() -> equalsConstant(text, text))
          .withMessageContaining("input x: element 0 holds NUL or a character above U+FFFF");
    }
  }

  private boolean equalsConstant(String constant, String text) throws Exception {
    byte[] onnx =
        new OnnxFiles()
            .input("x", TensorType.BYTES, "n")
            .output("y", TensorType.BOOL, "n")
            .constant("w", constant)
            .node("Equal", List.of("x", "w"), "y")
            .build();
    List<TensorSpec> inputs = List.of(TensorSpec.unbounded("x", TensorType.BYTES, -1));
    List<TensorSpec> outputs = List.of(TensorSpec.unbounded("y", TensorType.BOOL, -1));
    Tensor x = Tensor.ofTexts("x", new long[] {1}, List.of(ByteString.copyFromUtf8(text)));
    try (Graph graph = engines.load(Engines.ONNX_RUNTIME, "m", onnx, inputs, outputs)) {
      return graph.run(List.of(x)).getFirst().numbers().get() == 1;
    }
  }

  @Test
  void dimensionsThatTheModelLeavesOpenNeedNotBeEqual() throws Exception {
    assertThat(pair("-1", "-1")).as("negative numbers").hasSize(2);
    assertThat(pair("2n", "3n")).hasSize(2);
    assertThatExceptionOfType(BadInputException.class)
        .as("a symbol that begins with a digit is one")
        .isThrownBy(() -> pair("2n", "2n"))
        .withMessage("input b: dimension 0 (2n) is 3, expected 2 as in input a");
  }

  /** Two and three elements, given to a model with these dimensions. */
  private List<Tensor> pair(String a, String b) throws Exception {
    byte[] onnx =
        new OnnxFiles()
            .input("a", TensorType.INT8, a)
            .input("b", TensorType.INT8, b)
            .output("c", TensorType.INT8, a)
            .output("d", TensorType.INT8, b)
            .node("Identity", List.of("a"), "c")
            .node("Identity", List.of("b"), "d")
            .build();
    List<TensorSpec> inputs = List.of(vector("a"), vector("b"));
    List<TensorSpec> outputs = List.of(vector("c"), vector("d"));
    try (Graph graph = engines.load(Engines.ONNX_RUNTIME, "m", onnx, inputs, outputs)) {
      return graph.run(List.of(bytes("a", 2), bytes("b", 3)));
    }
  }

  private static TensorSpec vector(String name) {
    return TensorSpec.unbounded(name, TensorType.INT8, -1);
  }

  private static Tensor bytes(String name, int count) {
    return Tensor.ofNumbers(name, TensorType.INT8, new long[] {count}, ByteBuffer.allocate(count));
  }

  @Test
  void refusesBytesThatAreNoModelWhateverTheyAre() {
    byte[] good = OnnxFiles.addConstant(1);
    assertRefused(new byte[0], X, Y, "");
    assertRefused("not a model".getBytes(StandardCharsets.US_ASCII), X, Y, "");
    for (int length = 1; length < good.length; length++) {
      assertRefused(Arrays.copyOf(good, length), X, Y, "");
    }
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      assertRefused(noise, X, Y, "");
    }
  }

  @Test
  void refusesGraphsThatNestWithoutEnd() {
    assertRefused(OnnxFiles.nestedGraphs(10_000), X, Y, "nested more than 100 deep");
    assertRefused(OnnxFiles.nestedGraphs(101), X, Y, "nested more than 100 deep");
  }

  @Test
  void refusesAnEngineThatIsNotThere() {
    assertThatExceptionOfType(UnusableModelException.class)
        .isThrownBy(() -> engines.load("TensorFlow", "m", new byte[0], X, Y))
        .withMessageContaining("engine TensorFlow is not on the class path")
        .withMessageContaining("OnnxRuntime");
  }

  @Test
  void leavesNoFolderBehind() throws Exception {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    long before = foldersIn(temporary);
    engines.load(Engines.ONNX_RUNTIME, "m", OnnxFiles.addConstant(3), X, Y).close();
    assertThat(foldersIn(temporary)).isEqualTo(before);
  }

  private static long foldersIn(Path folder) throws Exception {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(child -> child.getFileName().toString().startsWith("ort-model"))
          .count();
    }
  }

  private void assertRefused(
      byte[] onnx, List<TensorSpec> inputs, List<TensorSpec> outputs, String why) {
    assertThatExceptionOfType(UnusableModelException.class)
        .isThrownBy(() -> engines.load(Engines.ONNX_RUNTIME, "m", onnx, inputs, outputs))
        .withMessageContaining(why);
  }
}
