package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import inference.GRPCInferenceServiceGrpc;
import inference.InferParameter;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelReadyRequest;
import inference.ServerLiveRequest;
import inference.ServerMetadataRequest;
import inference.ServerReadyRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ClientCalls;
import io.weighbridge.host.ModelFolders;
import io.weighbridge.host.OnnxFiles;
import io.weighbridge.host.repository.Generation;
import io.weighbridge.host.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InferenceServiceTest {
  private TestHost host;

  @BeforeAll
  void start(@TempDir Path root) throws IOException {
    ModelFolders.adding(root, "add", "1", 1);
    ModelFolders.adding(root, "add", "2", 2);
    ModelFolders.adding(root, "add", "10", 10);
    ModelFolders.identity(root, "text", "1", TensorType.BYTES, 1);
    byte[] twoInTwoOut =
        new OnnxFiles()
            .input("a", TensorType.FP32, "batch", "2")
            .input("b", TensorType.FP32, "batch", "2")
            .output("sum", TensorType.FP32, "batch", "2")
            .output("product", TensorType.FP32, "batch", "2")
            .node("Add", List.of("a", "b"), "sum")
            .node("Mul", List.of("a", "b"), "product")
            .build();
    ModelFolders.write(
        root,
        "pair",
        "1",
        twoInTwoOut,
        """
        engine: OnnxRuntime
        weights: model.onnx
        inputs:
          - {name: a, datatype: FP32, shape: [-1, 2]}
          - {name: b, datatype: FP32, shape: [-1, 2]}
        outputs:
          - {name: sum, datatype: FP32, shape: [-1, 2]}
          - {name: product, datatype: FP32, shape: [-1, 2]}
        """);
    host = new TestHost(root);
  }

  @AfterAll
  void stop() {
    host.close();
  }

  @Test
  void computesABatchAndGivesAllOutputs() {
    ModelInferResponse response = host.client().modelInfer(pair().build());
    assertThat(response.getOutputsList())
        .extracting(output -> output.getName() + output.getContents().getFp32ContentsList())
        .containsExactly("sum[11.0, 22.0, 33.0, 44.0]", "product[10.0, 40.0, 90.0, 160.0]");
  }

  @Test
  void givesTheOutputsAskedForInTheirOrder() {
    ModelInferRequest.Builder request = pair();
    request.addOutputs(InferRequestedOutputTensor.newBuilder().setName("product"));
    assertThat(host.client().modelInfer(request.build()).getOutputsList())
        .extracting(ModelInferResponse.InferOutputTensor::getName)
        .containsExactly("product");
    request.addOutputs(InferRequestedOutputTensor.newBuilder().setName("sum"));
    assertThat(host.client().modelInfer(request.build()).getOutputsList())
        .extracting(ModelInferResponse.InferOutputTensor::getName)
        .containsExactly("product", "sum");
  }

  @Test
  void inputsMayComeInAnyOrder() {
    ModelInferRequest inOrder = pair().build();
    ModelInferRequest turned =
        inOrder.toBuilder()
            .clearInputs()
            .addInputs(inOrder.getInputs(1))
            .addInputs(inOrder.getInputs(0))
            .build();
    assertThat(host.client().modelInfer(turned)).isEqualTo(host.client().modelInfer(inOrder));
  }

  @Test
  void eachVersionAnswersAndSaysWhichBytesDid() {
    for (String version : List.of("1", "2", "10")) {
      ModelInferResponse response = host.client().modelInfer(add(version, 5).build());
      assertThat(response.getOutputs(0).getContents().getFp32Contents(0))
          .isEqualTo(5 + Float.parseFloat(version));
      assertThat(response.getModelVersion()).isEqualTo(version);
      Generation generation = Objects.requireNonNull(host.repository.find("add", version));
      assertThat(TestHost.value(host.headers, "weighbridge-model-digest"))
          .isEqualTo(generation.manifest().rootDigest().toString());
      assertThat(TestHost.value(host.headers, "weighbridge-model-version")).isEqualTo(version);
      assertThat(TestHost.value(host.headers, "weighbridge-load-generation")).isEqualTo("1");
      assertThat(TestHost.value(host.headers, "weighbridge-boot-id"))
          .isEqualTo(host.server.bootId())
          .hasSize(32);
    }
  }

  @Test
  void withoutAVersionTheHighestNumberAnswers() {
    assertThat(host.client().modelInfer(add("", 0).build()).getModelVersion()).isEqualTo("10");
  }

  @Test
  void unknownModelAndVersionAreNotFound() throws Exception {
    StatusRuntimeException model =
        refused(add("1", 0).setModelName("other").build(), Status.Code.NOT_FOUND);
    assertThat(model).hasMessageContaining("model_unknown");
    assertThat(reasonOf(model)).isEqualTo("model_unknown");
    assertThat(TestHost.value(host.trailers, "weighbridge-model-digest")).isNull();
    assertThat(TestHost.value(host.trailers, "weighbridge-boot-id")).isNotNull();

    StatusRuntimeException version = refused(add("3", 0).build(), Status.Code.NOT_FOUND);
    assertThat(version).hasMessageContaining("version_unknown").hasMessageContaining("[1, 2, 10]");
  }

  @Test
  void anErrorOfAChosenModelNamesItsBytes() {
    refused(add("2", 0).clearInputs().build(), Status.Code.INVALID_ARGUMENT);
    Generation generation = Objects.requireNonNull(host.repository.find("add", "2"));
    assertThat(TestHost.value(host.trailers, "weighbridge-model-digest"))
        .isEqualTo(generation.manifest().rootDigest().toString());
  }

  @Test
  void badInputsNameTheTensorAndBothSides() {
    ModelInferRequest good = pair().build();
    assertBad(good.toBuilder().removeInputs(1), "input b: is missing, expected FP32 [-1, 2]");
    assertBad(good.toBuilder().addInputs(good.getInputs(0)), "input a: is given twice");
    assertBad(withB(good, b -> b.setName("c")), "input \"c\": expected [a, b]");
    assertBad(
        withB(good, b -> b.setDatatype("FP64")), "input b: expected datatype FP32, found \"FP64\"");
    assertBad(withB(good, b -> b.setShape(1, 3)), "input b: expected shape [-1, 2]");
    assertBad(withB(good, b -> b.addShape(1)), "found [2, 2, 1]");
    assertBad(withB(good, b -> b.setShape(0, 0)), "found [0, 2]");
    assertBad(withB(good, b -> b.setShape(0, -1)), "found [-1, 2]");
    assertBad(withB(good, b -> b.setShape(0, Long.MAX_VALUE)), "input b: dimension 0 is");
    assertBad(withB(good, b -> b.setShape(0, Integer.MAX_VALUE)), "holds too many elements");
    assertBad(
        withB(good, b -> b.setShape(0, 3)),
        "input b: expected 6 elements in fp32_contents for FP32 [3, 2], found 4");
    assertBad(
        withB(good, b -> b.getContentsBuilder().addIntContents(1)),
        "found 4 there and 1 in other fields");
    assertBad(
        withB(
            good,
            b ->
                b.setShape(0, 1)
                    .setContents(
                        InferTensorContents.newBuilder().addFp32Contents(1).addFp32Contents(2))),
        "input b: dimension 0 (batch) is 1, expected 2 as in input a");
    assertBad(
        good.toBuilder().addOutputs(InferRequestedOutputTensor.newBuilder().setName("z")),
        "output \"z\": the model has [sum, product]");
    InferRequestedOutputTensor.Builder sum = InferRequestedOutputTensor.newBuilder().setName("sum");
    assertBad(good.toBuilder().addOutputs(sum).addOutputs(sum), "output sum: is asked for twice");
    InferParameter three = InferParameter.newBuilder().setInt64Param(3).build();
    assertBad(
        good.toBuilder().addOutputs(sum.putParameters("classification", three)),
        "output sum: parameter classification is not supported");
  }

  @Test
  void badRawContentsAreRefused() {
    ModelInferRequest typed = pair().build();
    ByteString row = ByteString.copyFrom(new byte[16]);
    ModelInferRequest raw =
        typed.toBuilder()
            .setInputs(0, typed.getInputs(0).toBuilder().clearContents())
            .setInputs(1, typed.getInputs(1).toBuilder().clearContents())
            .addRawInputContents(row)
            .addRawInputContents(row)
            .build();
    assertThat(host.client().modelInfer(raw).getRawOutputContentsCount()).isEqualTo(2);
    assertBad(
        raw.toBuilder().setRawInputContents(1, row.substring(1)),
        "input b: expected 16 bytes for FP32 [2, 2], found 15");
    assertBad(raw.toBuilder().addRawInputContents(row), "expected one for each of 2 inputs");
    assertBad(
        raw.toBuilder().setInputs(0, typed.getInputs(0)),
        "input a: raw_input_contents and contents are both given");
    ModelInferRequest.Builder text =
        ModelInferRequest.newBuilder()
            .setModelName("text")
            .addInputs(InferInputTensor.newBuilder().setName("x").setDatatype("BYTES").addShape(1));
    for (byte[] bad :
        new byte[][] {
          {1}, {1, 0, 0, 0}, {2, 0, 0, 0, 'a'}, {-1, -1, -1, -1, 'a'}, {-4, -1, -1, 127}
        }) {
      assertBad(
          text.clone().addRawInputContents(ByteString.copyFrom(bad)),
          "input x: the length of element 0 overruns");
    }
    assertBad(
        text.clone().addRawInputContents(ByteString.copyFrom(new byte[8])),
        "input x: expected 1 elements for shape [1], found 2");
    assertBad(
        text.clone().addRawInputContents(ByteString.copyFrom(new byte[] {1, 0, 0, 0, -1})),
        "input x: element 0 is not UTF-8 text");
  }

  @Test
  void whatIsNoProtobufIsTheCallersFault() {
    MethodDescriptor<ModelInferRequest, ModelInferResponse> method =
        GRPCInferenceServiceGrpc.getModelInferMethod();
    MethodDescriptor<ByteString, ModelInferResponse> raw =
        method.toBuilder(new WrittenAsGiven(), method.getResponseMarshaller()).build();
    ByteString truncated = ByteString.copyFrom(new byte[] {0x0A, 0x7F});
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> ClientCalls.blockingUnaryCall(host.channel, raw, CallOptions.DEFAULT, truncated));
    assertThat(Objects.requireNonNull(error).getStatus().getCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(error).hasMessageContaining("request_malformed: ");
  }

  @Test
  void dimensionsAreBoundedByTheModel() {
    ModelInferRequest.Builder request = add("1", 0);
    request.getInputsBuilder(0).setShape(0, 1000).setContents(zeros(1000));
    assertThat(host.client().modelInfer(request.build()).getOutputs(0).getShape(0)).isEqualTo(1000);
    request.getInputsBuilder(0).setShape(0, 1001).setContents(zeros(1001));
    assertBad(request, "input x: dimension 0 is 1001, at most 1000");
  }

  @Test
  void metadataDescribesTheModel() {
    ModelMetadataResponse metadata =
        host.client().modelMetadata(ModelMetadataRequest.newBuilder().setName("pair").build());
    assertThat(metadata.getVersionsList()).containsExactly("1");
    assertThat(metadata.getPlatform()).isEqualTo("onnxruntime_onnx");
    assertThat(metadata.getInputsList())
        .extracting(tensor -> tensor.getName() + tensor.getDatatype() + tensor.getShapeList())
        .containsExactly("aFP32[-1, 2]", "bFP32[-1, 2]");
    assertThat(metadata.getOutputsCount()).isEqualTo(2);
  }

  @Test
  void readinessIsPerModelAndVersion() {
    assertThat(host.client().serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    assertThat(host.client().serverReady(ServerReadyRequest.getDefaultInstance()).getReady())
        .isTrue();
    assertThat(
            host.client().serverMetadata(ServerMetadataRequest.getDefaultInstance()).getVersion())
        .isEqualTo("1.2.3");
    assertThat(isReady("add", "2")).isTrue();
    assertThat(isReady("add", "")).isTrue();
    assertThat(isReady("add", "3")).isFalse();
    assertThat(isReady("other", "")).isFalse();
  }

  private boolean isReady(String name, String version) {
    return host.client()
        .modelReady(ModelReadyRequest.newBuilder().setName(name).setVersion(version).build())
        .getReady();
  }

  private StatusRuntimeException refused(ModelInferRequest request, Status.Code code) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> host.client().modelInfer(request));
    assertThat(Objects.requireNonNull(error).getStatus().getCode()).isEqualTo(code);
    return error;
  }

  private void assertBad(ModelInferRequest.Builder request, String message) {
    assertThat(refused(request.build(), Status.Code.INVALID_ARGUMENT))
        .hasMessageContaining("input_invalid: ")
        .hasMessageContaining(message);
  }

  private static String reasonOf(StatusRuntimeException error)
      throws InvalidProtocolBufferException {
    return StatusProto.fromThrowable(error).getDetails(0).unpack(ErrorInfo.class).getReason();
  }

  private static ModelInferRequest.Builder withB(
      ModelInferRequest request, Consumer<InferInputTensor.Builder> change) {
    ModelInferRequest.Builder changed = request.toBuilder();
    change.accept(changed.getInputsBuilder(1));
    return changed;
  }

  private static ModelInferRequest.Builder add(String version, float value) {
    return ModelInferRequest.newBuilder()
        .setModelName("add")
        .setModelVersion(version)
        .addInputs(
            InferInputTensor.newBuilder()
                .setName("x")
                .setDatatype("FP32")
                .addShape(1)
                .setContents(InferTensorContents.newBuilder().addFp32Contents(value)));
  }

  private static InferTensorContents zeros(int count) {
    InferTensorContents.Builder out = InferTensorContents.newBuilder();
    for (int i = 0; i < count; i++) {
      out.addFp32Contents(0);
    }
    return out.build();
  }

  private static ModelInferRequest.Builder pair() {
    return ModelInferRequest.newBuilder()
        .setModelName("pair")
        .setModelVersion("1")
        .addInputs(row("a", 1, 2, 3, 4))
        .addInputs(row("b", 10, 20, 30, 40));
  }

  private static InferInputTensor.Builder row(String name, float... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (float value : values) {
      contents.addFp32Contents(value);
    }
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype("FP32")
        .addShape(2)
        .addShape(2)
        .setContents(contents);
  }
}
