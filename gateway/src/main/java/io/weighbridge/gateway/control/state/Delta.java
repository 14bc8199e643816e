package io.weighbridge.gateway.control.state;

import java.util.List;

/** What a change does to the state: a closed list. Immutable. */
public sealed interface Delta {

  /** Whether the route table changes, and with it the epoch. */
  default boolean routes() {
    return switch (this) {
      case PutModel _, RemoveModel _, PutTraffic _ -> true;
      case PutKeys _, PutHost _, RemoveHost _, PutRule _, RemoveRule _ -> false;
      case PutDrain _, EndDrain _, Nothing _ -> false;
    };
  }

  /** This delta with what only now is known: epoch, time and record. */
  default Delta stamped(Stamp stamp) {
    return switch (this) {
      case PutModel put ->
          new PutModel(
              put.model().withTraffic(put.model().traffic().stamped(stamp)), put.deployed());
      case PutTraffic put -> new PutTraffic(put.model(), put.traffic().stamped(stamp));
      case PutDrain put -> new PutDrain(put.host(), put.drain().stamped(stamp));
      case RemoveModel _, PutKeys _, PutHost _, RemoveHost _, PutRule _, RemoveRule _ -> this;
      case EndDrain _, Nothing _ -> this;
    };
  }

  /**
   * A model is declared, or declared otherwise.
   *
   * @param deployed versions whose expected digest this change sets
   */
  record PutModel(ModelState model, List<String> deployed) implements Delta {
    public PutModel {
      deployed = List.copyOf(deployed);
    }
  }

  /** The configuration no longer names a model. */
  record RemoveModel(String name) implements Delta {}

  /** A model's split. */
  record PutTraffic(String model, Traffic traffic) implements Delta {}

  /** Keys made, changed, revoked, or (by id) gone from the file. */
  record PutKeys(List<KeyState> put, List<String> removed) implements Delta {
    public PutKeys {
      put = List.copyOf(put);
      removed = List.copyOf(removed);
    }
  }

  /** A host as the configuration declares it, in JSON. */
  record PutHost(String id, String declared) implements Delta {}

  /** The configuration no longer names a host; with it goes its drain. */
  record RemoveHost(String id) implements Delta {}

  /**
   * A rule of the configuration that lets somebody call, in JSON.
   *
   * @param name {@link ControlState#rules} knows it by
   */
  record PutRule(String name, String declared) implements Delta {}

  /** The configuration has no such rule any more. */
  record RemoveRule(String name) implements Delta {}

  /** A host gets no new calls. */
  record PutDrain(String host, HostDrain drain) implements Delta {}

  /** A host gets calls again. */
  record EndDrain(String host) implements Delta {}

  /** Recorded, but nothing is kept: the act itself follows. */
  record Nothing() implements Delta {}
}
