package io.weighbridge.gateway.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Slots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
  private final Slots slots = new Slots();
  private final CallMetrics metrics = new CallMetrics(1, slots);
  private final MetricsPage page = new MetricsPage(metrics, new FakeFigures(), "1.2.3");

  @Test
  void namesAndLabelsAreThePinnedOnes() throws IOException {
    StringBuilder found = new StringBuilder();
    for (Metric metric : Metric.values()) {
      found
          .append(metric.type().name().toLowerCase(Locale.ROOT))
          .append(' ')
          .append(metric.fullName())
          .append(' ')
          .append(metric.labels())
          .append('\n');
    }
    try (InputStream golden = MetricsPageTest.class.getResourceAsStream("metrics.golden")) {
      assertThat(golden).isNotNull();
      assertThat(found.toString()).isEqualTo(new String(golden.readAllBytes(), UTF_8));
    }
  }

  @Test
  void showsEveryMetric() throws IOException {
    countOneCall();
    String text = text("text/plain");
    assertThat(Metric.values())
        .allSatisfy(metric -> assertThat(text).contains("# TYPE " + metric.fullName()));
    assertThat(text.lines().filter(line -> line.startsWith("# TYPE")))
        .hasSize(Metric.values().length);
  }

  @Test
  void showsCallsByModelVersionAndCode() throws IOException {
    countOneCall();
    assertThat(text("text/plain").lines())
        .contains(
            "weighbridge_calls_total{code=\"OK\",model=\"m\",version=\"1\"} 1.0",
            "weighbridge_calls_in_flight{model=\"m\",version=\"1\"} 0.0",
            "weighbridge_calls_waiting{model=\"m\",version=\"1\"} 1.0",
            "weighbridge_calls_queued_total{model=\"m\",version=\"1\"} 2.0",
            "weighbridge_queue_seconds_total{model=\"m\",version=\"1\"} 0.005",
            "weighbridge_call_duration_seconds_count{model=\"m\",version=\"1\"} 1",
            "weighbridge_call_duration_seconds_sum{model=\"m\",version=\"1\"} 0.002",
            "weighbridge_refusals_total{reason=\"overloaded\"} 1.0",
            "weighbridge_host_retries_total{reason=\"no_reachable_host\"} 2.0",
            "weighbridge_host_retries_total{reason=\"host_status\"} 1.0",
            "weighbridge_host_retries_total{reason=\"hedge\"} 2.0",
            "weighbridge_host_retries_denied_total 1.0",
            "weighbridge_host_hedges_denied_total 1.0",
            "weighbridge_shed_percent{reason=\"heap\"} 30.0",
            "weighbridge_shed_percent{reason=\"lag\"} 0.0");
  }

  @Test
  void bucketsAddUp() throws IOException {
    countOneCall();
    String[] buckets =
        text("text/plain")
            .lines()
            .filter(line -> line.startsWith("weighbridge_call_duration_seconds_bucket"))
            .map(line -> line.substring(line.lastIndexOf(' ') + 1))
            .toArray(String[]::new);
    assertThat(buckets).hasSize(LatencyBuckets.COUNT);
    assertThat(buckets[0]).isEqualTo("0");
    assertThat(buckets[buckets.length - 1]).isEqualTo("1");
    assertThat(Arrays.stream(buckets).map(Integer::valueOf)).isSorted();
  }

  @Test
  void showsHostsAndLedger() throws IOException {
    assertThat(text("text/plain").lines())
        .contains(
            "weighbridge_host_state{host=\"host-a\",state=\"proved\"} 1.0",
            "weighbridge_host_state{host=\"host-a\",state=\"stale\"} 0.0",
            "weighbridge_host_proof_age_seconds{host=\"host-a\"} 12.0",
            "weighbridge_integrity_alarms_total{host=\"host-a\",reason=\"digest_mismatch\"} 2.0",
            "weighbridge_version_hosts{model=\"m\",version=\"1\"} 3.0",
            "weighbridge_version_in_flight_max{model=\"m\",version=\"1\"} 150.0",
            "weighbridge_version_hosts_resting{model=\"m\",version=\"1\"} 2.0",
            "weighbridge_version_panic{model=\"m\",version=\"1\"} 1.0",
            "weighbridge_version_panics_total{model=\"m\",version=\"1\"} 4.0",
            "weighbridge_host_draining{host=\"host-a\"} 1.0",
            "weighbridge_host_draining{host=\"host-b\"} 0.0",
            "weighbridge_host_rests_total{host=\"host-a\",reason=\"slow\"} 3.0",
            "weighbridge_host_checks_total{answer=\"ready\",host=\"host-a\"} 50.0",
            "weighbridge_host_checks_total{answer=\"not_ready\",host=\"host-a\"} 4.0",
            "weighbridge_ledger_leaves 10.0",
            "weighbridge_ledger_lane_used_ratio 0.5",
            "weighbridge_ready 0.0");
  }

  @Test
  void aHostWithoutAProofHasNoAge() throws IOException {
    assertThat(text("text/plain")).doesNotContain("proof_age_seconds{host=\"host-b\"}");
  }

  @Test
  void speaksOpenMetricsWhenAsked() throws IOException {
    countOneCall();
    assertThat(text("application/openmetrics-text; version=1.0.0")).endsWith("# EOF\n");
  }

  private void countOneCall() {
    int slot = slots.of("m", "1");
    metrics.loop(0).started(slot);
    metrics.loop(0).ended(slot, 0, 2_000_000);
    metrics.loop(0).queued(slot);
    metrics.loop(0).queued(slot);
    metrics.loop(0).queued(slot);
    metrics.loop(0).unqueued(slot, 2_000_000);
    metrics.loop(0).unqueued(slot, 3_000_000);
    metrics.loop(0).refused(Refusal.OVERLOADED);
    metrics.loop(0).retried(Refusal.NO_REACHABLE_HOST);
    metrics.loop(0).retried(Refusal.NO_REACHABLE_HOST);
    metrics.loop(0).retried(null);
    metrics.loop(0).retryDenied();
    metrics.loop(0).hedged(true);
    metrics.loop(0).hedged(true);
    metrics.loop(0).hedged(false);
  }

  private String text(String accept) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    page.write(page.format(accept), out);
    return out.toString(UTF_8);
  }
}
