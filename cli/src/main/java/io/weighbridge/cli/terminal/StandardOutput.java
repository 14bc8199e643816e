package io.weighbridge.cli.terminal;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The process's standard output, and why it could not be written: a {@link java.io.PrintStream} on
 * top keeps that to itself. As thread-safe as the stream on top makes it.
 */
final class StandardOutput extends FileOutputStream {
  private volatile @Nullable IOException failure;

  StandardOutput() {
    super(FileDescriptor.out);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      super.write(bytes, offset, length);
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Nullable IOException failure() {
    return failure;
  }
}
