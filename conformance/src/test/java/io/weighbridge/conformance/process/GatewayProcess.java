package io.weighbridge.conformance.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A gateway as it is shipped, in a process of its own, with the files {@code gateway.yaml} and
 * {@code keys.yaml} of a test's folder. Thread-safe.
 */
public final class GatewayProcess implements AutoCloseable {
  /** Of the source tree, whose packaged gateway it is. */
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final String ADDRESS = "127\\.0\\.0\\.1:(\\d+)";
  private static final Pattern READY =
      Pattern.compile("ready predict=%1$s admin=%1$s http=%1$s".formatted(ADDRESS));
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final int STOP_S_MAX = 60;

  private final HttpClient scraper = HttpClient.newHttpClient();
  private final Process process;
  private final BufferedReader out;
  private final Path folder;
  private final Path log;
  private final int predictPort;
  private final int adminPort;
  private final int httpPort;
  private final ManagedChannel adminChannel;

  /**
   * Starts one; it listens when this returns. Its log goes behind that of the one before.
   *
   * @param flags of the Java that runs it
   */
  public GatewayProcess(Path folder, String... flags) throws IOException {
    Path target = ROOT.resolve("gateway/target");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    command.addAll(List.of(flags));
    command.add("-cp");
    command.add(target.resolve("classes") + ":" + target.resolve("lib") + "/*");
    command.add("io.weighbridge.gateway.GatewayMain");
    command.add("--config");
    command.add(folder.resolve("gateway.yaml").toString());
    this.folder = folder;
    log = folder.resolve("gateway.log");
    process =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    out = process.inputReader(UTF_8);
    String line = out.readLine();
    Matcher ready = READY.matcher(line == null ? "" : line);
    if (!ready.matches()) {
      process.destroyForcibly();
      throw new IOException("not ready: " + line + "\n" + Files.readString(log));
    }
    predictPort = Integer.parseInt(ready.group(1));
    adminPort = Integer.parseInt(ready.group(2));
    httpPort = Integer.parseInt(ready.group(3));
    adminChannel =
        NettyChannelBuilder.forAddress(InetAddress.getLoopbackAddress().getHostAddress(), adminPort)
            .usePlaintext()
            .build();
  }

  /** Where it takes calls. */
  public InetSocketAddress predict() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), predictPort);
  }

  /** The port of operators. */
  public int adminPort() {
    return adminPort;
  }

  /** Calls of operators, with the key that its first start wrote. */
  public Channel admin() throws IOException {
    Metadata headers = new Metadata();
    String key = Files.readString(folder.resolve("state/admin.key")).strip();
    headers.put(AUTHORIZATION, "Bearer " + key);
    return ClientInterceptors.intercept(
        adminChannel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** The process. */
  public long pid() {
    return process.pid();
  }

  /** What it has logged, and those before it in the same folder. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  /** Sum of a metric over all its labels; 0 when there is none. */
  public double metric(String name) throws IOException, InterruptedException {
    URI page = URI.create("http://127.0.0.1:" + httpPort + "/metrics");
    String text =
        scraper
            .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString(UTF_8))
            .body();
    double sum = 0;
    for (String line : text.lines().toList()) {
      if (line.startsWith(name + " ") || line.startsWith(name + "{")) {
        sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return sum;
  }

  /** Stops it as an operator would; answers with its exit status. */
  public int stop() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_S_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    return process.waitFor();
  }

  @Override
  public void close() throws IOException {
    scraper.close();
    adminChannel.shutdownNow();
    process.destroyForcibly().onExit().join();
    out.close();
  }
}
