package io.weighbridge.host;

import io.weighbridge.host.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes model repositories for tests. */
public final class ModelFolders {
  private ModelFolders() {}

  /** A version that gives back what it gets: tensor x of this type and rank becomes y. */
  public static Path identity(Path root, String name, String version, TensorType type, int rank)
      throws IOException {
    String shape = rank == 0 ? "[]" : "[-1" + ", -1".repeat(rank - 1) + "]";
    return write(
        root,
        name,
        version,
        OnnxFiles.identity(type, rank),
        """
        engine: OnnxRuntime
        weights: model.onnx
        inputs: [{name: x, datatype: %s, shape: %s}]
        outputs: [{name: y, datatype: %s, shape: %s}]
        """
            .formatted(type, shape, type, shape));
  }

  /** A version that adds a constant to FP32 x of shape [n], giving y. */
  public static Path adding(Path root, String name, String version, float constant)
      throws IOException {
    return write(
        root,
        name,
        version,
        OnnxFiles.addConstant(constant),
        """
        engine: OnnxRuntime
        weights: model.onnx
        inputs: [{name: x, datatype: FP32, shape: [-1], max-shape: [1000]}]
        outputs: [{name: y, datatype: FP32, shape: [-1]}]
        """);
  }

  /** A version with these files. */
  public static Path write(Path root, String name, String version, byte[] onnx, String yaml)
      throws IOException {
    Path folder = Files.createDirectories(root.resolve(name).resolve(version));
    Files.write(folder.resolve("model.onnx"), onnx);
    Files.writeString(folder.resolve("model.yaml"), yaml);
    return folder;
  }
}
