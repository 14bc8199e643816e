package io.weighbridge.gateway.observe;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The points of one scrape, collected per metric. Confined to the scrape. */
final class Snapshots {
  private static final double[] BOUNDS_SECONDS = LatencyBuckets.boundsSeconds();

  private final Map<Metric, List<DataPointSnapshot>> points = new EnumMap<>(Metric.class);

  /** Adds a value of a counter, gauge or info, with a value for each of its labels. */
  void add(Metric metric, double value, String... labelValues) {
    Labels labels = labels(metric, labelValues);
    add(
        metric,
        switch (metric.type()) {
          case COUNTER -> new CounterDataPointSnapshot(value, labels, null, 0);
          case GAUGE -> new GaugeDataPointSnapshot(value, labels, null);
          case INFO -> new InfoDataPointSnapshot(labels);
          case HISTOGRAM -> throw new IllegalArgumentException(metric + " has no single value");
        });
  }

  /** Adds a count. */
  void add(Metric metric, long value, String... labelValues) {
    add(metric, (double) value, labelValues);
  }

  /** Adds a histogram of latencies. */
  void add(Metric metric, SlotFigures.Total total, String... labelValues) {
    ClassicHistogramBuckets buckets = ClassicHistogramBuckets.of(BOUNDS_SECONDS, total.buckets);
    add(
        metric,
        new HistogramDataPointSnapshot(
            buckets, total.sumNs / 1e9, labels(metric, labelValues), Exemplars.EMPTY, 0));
  }

  private void add(Metric metric, DataPointSnapshot point) {
    points.computeIfAbsent(metric, _ -> new ArrayList<>()).add(point);
  }

  private static Labels labels(Metric metric, String... values) {
    return Labels.of(metric.labels().toArray(new String[0]), values);
  }

  /** Everything added. */
  MetricSnapshots build() {
    List<MetricSnapshot> snapshots = new ArrayList<>();
    points.forEach((metric, found) -> snapshots.add(snapshot(metric, found)));
    return new MetricSnapshots(snapshots);
  }

  private static MetricSnapshot snapshot(Metric metric, List<DataPointSnapshot> points) {
    MetricMetadata metadata = new MetricMetadata(metric.fullName(), metric.help());
    return switch (metric.type()) {
      case COUNTER -> new CounterSnapshot(metadata, cast(points, CounterDataPointSnapshot.class));
      case GAUGE -> new GaugeSnapshot(metadata, cast(points, GaugeDataPointSnapshot.class));
      case INFO -> new InfoSnapshot(metadata, cast(points, InfoDataPointSnapshot.class));
      case HISTOGRAM ->
          new HistogramSnapshot(metadata, cast(points, HistogramDataPointSnapshot.class));
    };
  }

  private static <T> List<T> cast(List<DataPointSnapshot> points, Class<T> type) {
    return points.stream().map(type::cast).toList();
  }
}
