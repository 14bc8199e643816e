package io.weighbridge.gateway.call;

import java.util.Set;

/**
 * Who calls, proved. Immutable; made once per credential, so that the path compares and records it
 * without work.
 *
 * @param tenant the organisation that owns the credential
 * @param principal the service or person
 * @param credentialId the public part of the credential, safe to log
 * @param models names of models it may predict with; "*" allows all
 */
public record Caller(
    String tenant,
    String principal,
    AuthMethod authMethod,
    String credentialId,
    Set<String> models) {

  public Caller {
    models = Set.copyOf(models);
  }

  /** Whether this caller may predict with the model. */
  public boolean mayCall(String model) {
    return models.contains("*") || models.contains(model);
  }
}
