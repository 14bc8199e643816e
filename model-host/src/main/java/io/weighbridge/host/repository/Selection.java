package io.weighbridge.host.repository;

import java.util.List;

/**
 * A model the configuration names.
 *
 * @param versions which to serve; empty: all that are found
 */
public record Selection(String name, List<String> versions) {

  public Selection {
    versions = List.copyOf(versions);
  }
}
