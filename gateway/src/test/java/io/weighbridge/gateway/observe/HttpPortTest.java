package io.weighbridge.gateway.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.Slots;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpPortTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private volatile List<String> notReady = List.of();
  private HttpPort port;

  @BeforeEach
  void start() throws IOException {
    MetricsPage page = new MetricsPage(new CallMetrics(1, new Slots()), new FakeFigures(), "1.2.3");
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    port = new HttpPort(anyPort, null, page, () -> notReady);
  }

  @AfterEach
  void stop() {
    client.close();
    port.close();
  }

  @Test
  void servesMetricsAsPrometheusText() throws Exception {
    HttpResponse<String> response = get("/metrics");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("text/plain; version=0.0.4");
    assertThat(response.body()).contains("weighbridge_build_info{");
  }

  @Test
  void isLiveEvenWhenNotReady() throws Exception {
    notReady = List.of("draining");
    assertThat(get("/live").statusCode()).isEqualTo(200);
  }

  @Test
  void saysWhyItIsNotReady() throws Exception {
    assertThat(get("/ready").statusCode()).isEqualTo(200);
    notReady = List.of("ledger: disk full", "draining");
    HttpResponse<String> response = get("/ready");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).isEqualTo("not ready\nledger: disk full\ndraining\n");
  }

  @Test
  void refusesOtherPathsAndMethods() throws Exception {
    assertThat(get("/metricsx").statusCode()).isEqualTo(404);
    assertThat(get("/").statusCode()).isEqualTo(404);
    HttpRequest post = request("/metrics").POST(HttpRequest.BodyPublishers.ofString("x")).build();
    HttpResponse<String> response = client.send(post, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("allow")).hasValue("GET, HEAD");
  }

  @Test
  void answersHeadWithoutABody() throws Exception {
    HttpResponse<String> response =
        client.send(request("/ready").HEAD().build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + port.address().getPort() + path));
  }
}
