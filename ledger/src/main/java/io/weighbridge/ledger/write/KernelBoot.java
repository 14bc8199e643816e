package io.weighbridge.ledger.write;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Which start of the machine this is: what a process stored into a shared mapping is all there as
 * long as the machine did not restart. Immutable.
 */
record KernelBoot(long high, long low) {
  private static final Path SOURCE = Path.of("/proc/sys/kernel/random/boot_id");

  /** Reads it from the kernel. */
  static KernelBoot current() throws IOException {
    UUID id = UUID.fromString(Files.readString(SOURCE).strip());
    return new KernelBoot(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }
}
