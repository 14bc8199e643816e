package io.weighbridge.host.serve;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import inference.InferTensorContents;
import inference.ModelInferRequest;
import io.weighbridge.host.tensor.BadInputException;
import io.weighbridge.host.tensor.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Walks the bytes of a ModelInferRequest before objects are made of them, of which two bytes can
 * ask for hundreds: bounds what repeats, and says what heap the message will take. Confined to one
 * call.
 */
final class RequestWalk {
  /* Inputs, outputs asked for, raw contents: some models have an input for each column. */
  static final int TENSORS_MAX = 1024;
  static final int PARAMETERS_MAX = 64;
  static final int DIMENSIONS_MAX = 32;

  /* Rounded up: an object with its place in a list or map, and what it is built from. */
  private static final int MESSAGE_BYTES = 256;
  private static final int TEXT_BYTES = 128;

  private final byte[] bytes;
  private final CodedInputStream in;
  private long heapBytes;

  private RequestWalk(byte[] bytes, int size) {
    this.bytes = bytes;
    in = CodedInputStream.newInstance(bytes, 0, size);
  }

  /** Heap the parsed message takes besides these bytes, which its own bytes are views of. */
  static long heapBytes(byte[] bytes, int size) throws IOException, BadInputException {
    RequestWalk walk = new RequestWalk(bytes, size);
    walk.message(ModelInferRequest.getDescriptor());
    return walk.heapBytes;
  }

  /** Heap that the elements of raw BYTES tensors will take. */
  static long rawTextsBytes(ModelInferRequest request) {
    long total = 0;
    int count = Math.min(request.getInputsCount(), request.getRawInputContentsCount());
    for (int i = 0; i < count; i++) {
      if (request.getInputs(i).getDatatype().equals(TensorType.BYTES.name())) {
        ByteString raw = request.getRawInputContents(i);
        total += textsIn(raw) * TEXT_BYTES + 2L * raw.size();
      }
    }
    return total;
  }

  private static long textsIn(ByteString raw) {
    ByteBuffer view = raw.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    long texts = 0;
    long at = 0;
    while (at <= raw.size() - Integer.BYTES) {
      at += Integer.BYTES + Integer.toUnsignedLong(view.getInt((int) at));
      texts++;
    }
    return texts;
  }

  private void message(Descriptor type) throws IOException, BadInputException {
    heapBytes += MESSAGE_BYTES;
    long[] counts = new long[type.getFields().size()];
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (field == null) {
        skip(tag);
      } else {
        long count = counts[field.getIndex()] += elements(field, tag);
        if (field.isRepeated() && count > most(field)) {
          throw new BadInputException(
              "%s.%s: more than %d".formatted(type.getName(), field.getName(), most(field)));
        }
      }
    }
  }

  /** Elements of tensors are bounded by the heap they take. */
  private static int most(FieldDescriptor field) {
    if (field.isMapField()) {
      return PARAMETERS_MAX;
    }
    if (isContents(field)) {
      return Integer.MAX_VALUE;
    }
    return field.getJavaType() == JavaType.LONG ? DIMENSIONS_MAX : TENSORS_MAX;
  }

  private static boolean isContents(FieldDescriptor field) {
    return field.getContainingType() == InferTensorContents.getDescriptor();
  }

  private int elements(FieldDescriptor field, int tag) throws IOException, BadInputException {
    if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      skip(tag);
      return numbers(field, 1);
    }
    int length = in.readRawVarint32();
    if (field.getJavaType() == JavaType.MESSAGE && !field.isMapField()) {
      int outer = in.pushLimit(length);
      message(field.getMessageType());
      in.popLimit(outer);
      return 1;
    }
    int from = in.getTotalBytesRead();
    in.skipRawBytes(length);
    return switch (field.getJavaType()) {
      case MESSAGE -> texts(MESSAGE_BYTES + 2L * length);
      case STRING -> texts(TEXT_BYTES + 2L * length);
      case BYTE_STRING -> texts(TEXT_BYTES + (isContents(field) ? 2L * length : 0));
      case FLOAT, DOUBLE -> numbers(field, length / widthOf(field));
      default -> numbers(field, varints(from, from + length));
    };
  }

  private int texts(long takenBytes) {
    heapBytes += takenBytes;
    return 1;
  }

  /** A list has half as much room again as it needs, and the tensor is made beside it. */
  private int numbers(FieldDescriptor field, int count) {
    heapBytes += count * (widthOf(field) * 5L / 2);
    return count;
  }

  private static int widthOf(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case BOOLEAN -> 1;
      case INT, FLOAT -> Integer.BYTES;
      default -> Long.BYTES;
    };
  }

  private int varints(int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += bytes[i] >= 0 ? 1 : 0;
    }
    return count;
  }

  private void skip(int tag) throws IOException {
    if (!in.skipField(tag)) {
      throw new InvalidProtocolBufferException("a group ends that did not begin");
    }
  }
}
