package io.weighbridge.gateway.observe;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The http listener: {@code /metrics}, {@code /live} and {@code /ready}. Thread-safe.
 *
 * <p>It is the JDK's server with limits set: no caller can reach it (the configuration allows
 * loopback only, unless it says insecure), so small and present beats fast.
 */
public final class HttpPort implements AutoCloseable {
  /* Also the bound on threads: each connection has at most one request in hand. */
  private static final int CONNECTIONS_MAX = 64;
  private static final int BACKLOG_MAX = 64;
  private static final int REQUEST_SECONDS_MAX = 10;
  private static final int RESPONSE_SECONDS_MAX = 30;
  private static final int HEADERS_MAX = 50;
  private static final int HEADER_BYTES_MAX = 16 * 1024;

  private final HttpServer server;
  private final ExecutorService requests;
  private final MetricsPage page;
  private final Supplier<List<String>> notReady;

  /**
   * Binds and serves.
   *
   * @param tls null for plain text
   * @param notReady why this gateway cannot take calls; empty when it can
   */
  public HttpPort(
      InetSocketAddress address,
      @Nullable SSLContext tls,
      MetricsPage page,
      Supplier<List<String>> notReady)
      throws IOException {
    limit("jdk.httpserver.maxConnections", CONNECTIONS_MAX);
    limit("sun.net.httpserver.maxReqTime", REQUEST_SECONDS_MAX);
    limit("sun.net.httpserver.maxRspTime", RESPONSE_SECONDS_MAX);
    limit("sun.net.httpserver.maxReqHeaders", HEADERS_MAX);
    limit("sun.net.httpserver.maxReqHeaderSize", HEADER_BYTES_MAX);
    this.page = page;
    this.notReady = notReady;
    this.server = tls == null ? HttpServer.create(address, BACKLOG_MAX) : secured(address, tls);
    server.createContext("/", this::answer);
    // With TLS the JDK looks up the peer's name; a virtual thread would keep its carrier for that.
    Thread.Builder thread = tls == null ? Thread.ofVirtual() : Thread.ofPlatform();
    requests = Executors.newThreadPerTaskExecutor(thread.name("http-", 0).factory());
    server.setExecutor(requests);
    server.start();
  }

  private static HttpServer secured(InetSocketAddress address, SSLContext tls) throws IOException {
    HttpsServer server = HttpsServer.create(address, BACKLOG_MAX);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    return server;
  }

  /** The JDK reads these once, when the first server of the process is made. */
  private static void limit(String property, int value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, Integer.toString(value));
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        send(exchange, 405, "only GET and HEAD\n");
        return;
      }
      switch (exchange.getRequestURI().getPath()) {
        case "/metrics" -> sendMetrics(exchange);
        case "/live" -> send(exchange, 200, "live\n");
        case "/ready" -> sendReady(exchange);
        default -> send(exchange, 404, "try /metrics, /live or /ready\n");
      }
    }
  }

  private void sendMetrics(HttpExchange exchange) throws IOException {
    ExpositionFormatWriter format = page.format(exchange.getRequestHeaders().getFirst("Accept"));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    page.write(format, body);
    send(exchange, 200, format.getContentType(), body.toByteArray());
  }

  private void sendReady(HttpExchange exchange) throws IOException {
    List<String> reasons = notReady.get();
    if (reasons.isEmpty()) {
      send(exchange, 200, "ready\n");
    } else {
      send(exchange, 503, "not ready\n" + String.join("\n", reasons) + "\n");
    }
  }

  private static void send(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    send(exchange, status, "text/plain; charset=utf-8", body);
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(status, head ? -1 : body.length);
    if (!head) {
      exchange.getResponseBody().write(body);
    }
  }

  /** Stops at once. */
  @Override
  public void close() {
    server.stop(0);
    requests.close();
  }
}
