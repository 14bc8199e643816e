package io.weighbridge.gateway.control;

/** What became of a model's last calls that its split routed. Implementations are thread-safe. */
@FunctionalInterface
public interface TrafficFigures {

  /** A version's part in its model's last calls, up to 10,000. */
  Figures figures(String model, String version);

  /**
   * One version's part.
   *
   * @param modelCalls calls looked at, of all versions
   * @param sharePpm of those, this version's
   * @param errorPpm of the version's calls, those that ended other than OK
   * @param p50Ns of the version's calls that ended OK; 0 when there were none
   */
  record Figures(int modelCalls, long sharePpm, long errorPpm, long p50Ns, long p99Ns) {
    /** Nothing was seen. */
    public static final Figures NONE = new Figures(0, 0, 0, 0, 0);
  }
}
