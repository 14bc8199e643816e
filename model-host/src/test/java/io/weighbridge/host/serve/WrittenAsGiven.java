package io.weighbridge.host.serve;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import java.io.InputStream;

/** Sends bytes as they are, whatever the method's message should be. Stateless. */
final class WrittenAsGiven implements MethodDescriptor.Marshaller<ByteString> {
  @Override
  public InputStream stream(ByteString value) {
    return value.newInput();
  }

  @Override
  public ByteString parse(InputStream stream) {
    throw new UnsupportedOperationException("a client only writes requests");
  }
}
