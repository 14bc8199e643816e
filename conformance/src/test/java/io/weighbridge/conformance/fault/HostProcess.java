package io.weighbridge.conformance.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A {@link StubHost} in a process of its own, so that it can be killed. Used by one thread. */
final class HostProcess implements AutoCloseable {
  private static final int STOP_S_MAX = 20;

  private final Path log;
  private Process process;
  private InetSocketAddress address;

  HostProcess(Path log) throws IOException {
    this.log = log;
    process = start(0);
    address = awaitReady();
  }

  private Process start(int port) throws IOException {
    String ours = System.getProperty("java.class.path");
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("surefire.test.class.path", ours),
            StubHost.class.getName(),
            Integer.toString(port))
        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  private InetSocketAddress awaitReady() throws IOException {
    BufferedReader out = process.inputReader(UTF_8);
    String line = out.readLine();
    if (line == null || !line.startsWith("ready ")) {
      throw new IOException("a host did not start: " + line + ", see " + log);
    }
    return new InetSocketAddress(
        InetAddress.getLoopbackAddress(), Integer.parseInt(line.substring("ready ".length())));
  }

  InetSocketAddress address() {
    return address;
  }

  /**
   * From now on it does so.
   *
   * @param what {@link StubHost#DELAY_MS}, which adds to what requests ask for, or {@link
   *     StubHost#FAIL_PERCENT}
   * @return the calls it has received so far
   */
  int tell(String what, int number) throws IOException {
    BufferedWriter in = process.outputWriter(UTF_8);
    in.write(what + " " + number);
    in.newLine();
    in.flush();
    String line = process.inputReader(UTF_8).readLine();
    if (line == null) {
      throw new IOException("a host is gone, see " + log);
    }
    return Integer.parseInt(line);
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** SIGTERM, and waits until it has finished its calls. */
  void stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_S_MAX, TimeUnit.SECONDS)) {
      kill();
    }
  }

  /** Starts it again where it was. */
  void startAgain() throws IOException {
    process = start(address.getPort());
    address = awaitReady();
  }

  @Override
  public void close() {
    kill();
  }
}
