package io.weighbridge.gateway.local;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import inference.GrpcPredictV2;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.health.v1.HealthProto;
import io.weighbridge.reflection.v1.ErrorResponse;
import io.weighbridge.reflection.v1.ExtensionNumberResponse;
import io.weighbridge.reflection.v1.FileDescriptorResponse;
import io.weighbridge.reflection.v1.ListServiceResponse;
import io.weighbridge.reflection.v1.ReflectionProto;
import io.weighbridge.reflection.v1.ServerReflectionRequest;
import io.weighbridge.reflection.v1.ServerReflectionResponse;
import io.weighbridge.reflection.v1.ServiceResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The protocols that the gateway itself serves, as tools ask for them (grpc.reflection.v1 and
 * v1alpha, whose messages are the same bytes). Immutable.
 */
public final class Reflection {
  private static final List<FileDescriptor> FILES =
      List.of(
          GrpcPredictV2.getDescriptor(),
          HealthProto.getDescriptor(),
          ReflectionProto.getDescriptor(),
          io.weighbridge.reflection.v1alpha.ReflectionProto.getDescriptor());

  private static final int NOT_FOUND = Refusal.MODEL_UNKNOWN.grpcCode();
  private static final int INVALID_ARGUMENT = Refusal.REQUEST_MALFORMED.grpcCode();

  private final Map<String, FileDescriptor> byName = new HashMap<>();
  private final Map<String, FileDescriptor> bySymbol = new HashMap<>();
  private final TreeSet<String> services = new TreeSet<>();
  private final TreeSet<String> types = new TreeSet<>();

  Reflection() {
    FILES.forEach(this::add);
  }

  private void add(FileDescriptor file) {
    byName.put(file.getName(), file);
    for (ServiceDescriptor service : file.getServices()) {
      services.add(service.getFullName());
      bySymbol.put(service.getFullName(), file);
      for (MethodDescriptor method : service.getMethods()) {
        bySymbol.put(method.getFullName(), file);
      }
    }
    file.getMessageTypes().forEach(this::add);
    file.getEnumTypes().forEach(this::add);
  }

  private void add(Descriptor type) {
    types.add(type.getFullName());
    bySymbol.put(type.getFullName(), type.getFile());
    for (FieldDescriptor field : type.getFields()) {
      bySymbol.put(field.getFullName(), type.getFile());
    }
    type.getNestedTypes().forEach(this::add);
    type.getEnumTypes().forEach(this::add);
  }

  private void add(EnumDescriptor type) {
    bySymbol.put(type.getFullName(), type.getFile());
  }

  /** Answers one question. */
  public LocalAnswer answer(byte[] message) {
    ServerReflectionRequest request;
    try {
      request = ServerReflectionRequest.parseFrom(message);
    } catch (InvalidProtocolBufferException _) {
      // What a caller sends is no defect of ours: the call is refused.
      return LocalAnswer.malformed("no ServerReflectionRequest");
    }
    ServerReflectionResponse.Builder answer =
        ServerReflectionResponse.newBuilder()
            .setValidHost(request.getHost())
            .setOriginalRequest(request);
    switch (request.getMessageRequestCase()) {
      case FILE_BY_FILENAME -> file(answer, byName.get(request.getFileByFilename()));
      case FILE_CONTAINING_SYMBOL -> file(answer, bySymbol.get(request.getFileContainingSymbol()));
      // Nothing here has extensions.
      case FILE_CONTAINING_EXTENSION -> file(answer, null);
      case ALL_EXTENSION_NUMBERS_OF_TYPE ->
          extensions(answer, request.getAllExtensionNumbersOfType());
      case LIST_SERVICES -> answer.setListServicesResponse(list());
      case MESSAGEREQUEST_NOT_SET -> error(answer, INVALID_ARGUMENT, "nothing is asked");
    }
    return new LocalAnswer.Message(answer.build().toByteArray());
  }

  private static void file(
      ServerReflectionResponse.Builder answer, @Nullable FileDescriptor found) {
    if (found == null) {
      error(answer, NOT_FOUND, "not known here");
      return;
    }
    Map<String, ByteString> all = new LinkedHashMap<>();
    collect(found, all);
    answer.setFileDescriptorResponse(
        FileDescriptorResponse.newBuilder().addAllFileDescriptorProto(all.values()));
  }

  private static void collect(FileDescriptor file, Map<String, ByteString> all) {
    if (all.putIfAbsent(file.getName(), file.toProto().toByteString()) == null) {
      file.getDependencies().forEach(imported -> collect(imported, all));
    }
  }

  private void extensions(ServerReflectionResponse.Builder answer, String type) {
    if (types.contains(type)) {
      answer.setAllExtensionNumbersResponse(
          ExtensionNumberResponse.newBuilder().setBaseTypeName(type));
    } else {
      error(answer, NOT_FOUND, "not known here");
    }
  }

  private ListServiceResponse list() {
    ListServiceResponse.Builder list = ListServiceResponse.newBuilder();
    services.forEach(name -> list.addService(ServiceResponse.newBuilder().setName(name)));
    return list.build();
  }

  private static void error(ServerReflectionResponse.Builder answer, int grpcCode, String what) {
    answer.setErrorResponse(
        ErrorResponse.newBuilder().setErrorCode(grpcCode).setErrorMessage(what));
  }
}
