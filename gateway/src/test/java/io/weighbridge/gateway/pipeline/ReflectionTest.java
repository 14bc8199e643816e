package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.reflection.v1.ExtensionRequest;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.route.ServiceTable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReflectionTest {
  private PathHarness path;

  @BeforeEach
  void start() throws Exception {
    path = new PathHarness(PathHarness.limits());
  }

  @AfterEach
  void stop() {
    path.close();
  }

  private Conversation<ServerReflectionRequest, ServerReflectionResponse> talk(Metadata metadata) {
    return new Conversation<>(
        path.channel(),
        ServerReflectionGrpc.getServerReflectionInfoMethod(),
        CallOptions.DEFAULT,
        metadata);
  }

  private static ServerReflectionRequest.Builder ask() {
    return ServerReflectionRequest.newBuilder().setHost("any");
  }

  @Test
  void listsWhatTheGatewayServes() throws Exception {
    var talk = talk(Conversation.key());
    ServerReflectionRequest request = ask().setListServices("").build();
    ServerReflectionResponse answer = talk.say(request).hear();
    talk.halfClose();

    assertThat(talk.end().isOk()).isTrue();
    assertThat(answer.getOriginalRequest()).isEqualTo(request);
    assertThat(answer.getListServicesResponse().getServiceList())
        .extracting(ServiceResponse::getName)
        .containsExactly(
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection",
            "inference.GRPCInferenceService");
  }

  @Test
  void tellsTheFileOfEverySymbolOnOneStream() throws Exception {
    var talk = talk(Conversation.key());
    for (String symbol :
        new String[] {
          "inference.GRPCInferenceService",
          "inference.GRPCInferenceService.ModelInfer",
          "inference.ModelMetadataResponse.TensorMetadata",
          "inference.ModelInferRequest.model_name"
        }) {
      FileDescriptorProto file =
          file(talk.say(ask().setFileContainingSymbol(symbol).build()).hear());
      assertThat(file.getName()).as(symbol).isEqualTo("inference/grpc_predict_v2.proto");
      assertThat(file.getServiceList())
          .extracting(ServiceDescriptorProto::getName)
          .containsExactly("GRPCInferenceService");
    }
    String status = "grpc.health.v1.HealthCheckResponse.ServingStatus";
    assertThat(file(talk.say(ask().setFileContainingSymbol(status).build()).hear()).getPackage())
        .isEqualTo("grpc.health.v1");
    String name = "grpc/reflection/v1/reflection.proto";
    assertThat(file(talk.say(ask().setFileByFilename(name).build()).hear()).getName())
        .isEqualTo(name);
    talk.cancel();
  }

  private static FileDescriptorProto file(ServerReflectionResponse answer) throws Exception {
    assertThat(answer.getFileDescriptorResponse().getFileDescriptorProtoCount()).isEqualTo(1);
    return FileDescriptorProto.parseFrom(
        answer.getFileDescriptorResponse().getFileDescriptorProto(0));
  }

  @Test
  void saysWhatItDoesNotKnowAndGoesOn() throws Exception {
    var talk = talk(Conversation.key());
    ExtensionRequest extension =
        ExtensionRequest.newBuilder()
            .setContainingType("inference.ModelInferRequest")
            .setExtensionNumber(100)
            .build();
    for (ServerReflectionRequest.Builder unknown :
        new ServerReflectionRequest.Builder[] {
          ask().setFileContainingSymbol("inference.Nothing"),
          ask().setFileByFilename("nothing.proto"),
          ask().setFileContainingExtension(extension),
          ask().setAllExtensionNumbersOfType("inference.Nothing")
        }) {
      assertThat(talk.say(unknown.build()).hear().getErrorResponse().getErrorCode())
          .isEqualTo(Status.Code.NOT_FOUND.value());
    }
    assertThat(talk.say(ask().build()).hear().getErrorResponse().getErrorCode())
        .isEqualTo(Status.Code.INVALID_ARGUMENT.value());
    String type = "inference.ModelInferRequest";
    assertThat(
            talk.say(ask().setAllExtensionNumbersOfType(type).build())
                .hear()
                .getAllExtensionNumbersResponse()
                .getBaseTypeName())
        .isEqualTo(type);
    talk.halfClose();
    assertThat(talk.end().isOk()).isTrue();
  }

  @Test
  void answersTheOlderProtocolAlike() throws Exception {
    var talk =
        new Conversation<>(
            path.channel(),
            io.grpc.reflection.v1alpha.ServerReflectionGrpc.getServerReflectionInfoMethod(),
            CallOptions.DEFAULT,
            Conversation.key());
    var request =
        io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder().setListServices("").build();

    assertThat(talk.say(request).hear().getListServicesResponse().getServiceCount()).isEqualTo(4);
    talk.halfClose();
    assertThat(talk.end().isOk()).isTrue();
  }

  @Test
  void askingNothingIsFine() throws Exception {
    var talk = talk(Conversation.key());
    talk.halfClose();

    assertThat(talk.end().isOk()).isTrue();
  }

  @Test
  void needsAKey() throws Exception {
    var talk = talk(new Metadata());

    assertThat(talk.end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void isNoMethodUnlessItIsSwitchedOn() {
    AsciiString method =
        AsciiString.of("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");

    assertThat(RpcMethod.of(method, ServiceTable.EMPTY, false)).isNull();
    assertThat(RpcMethod.of(method, ServiceTable.EMPTY, true)).isNotNull();
  }
}
