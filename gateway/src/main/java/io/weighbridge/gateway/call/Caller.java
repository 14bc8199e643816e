package io.weighbridge.gateway.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Set;

/**
 * Who calls, proved. Immutable; made once per credential, so that the path compares and records it
 * without work.
 */
public final class Caller {
  private static final String ALL_MODELS = "*";
  private static final String ALL_SERVICES = "/*";

  /** Whoever calls a service that asks for no credential. */
  public static final Caller ANYONE =
      new Caller("", "anyone", AuthMethod.NONE, "", Set.of(ALL_SERVICES));

  private final String tenant;
  private final String principal;
  private final AuthMethod authMethod;
  private final String credentialId;
  private final Set<String> models;
  private final boolean allModels;
  private final byte[] tenantUtf8;
  private final byte[] principalUtf8;
  private final byte[] credentialIdUtf8;
  private final byte[] stickyKey;

  /**
   * A caller as its credential describes it.
   *
   * @param tenant the organisation that owns the credential
   * @param principal the service or person
   * @param credentialId the public part of the credential, safe to log
   * @param models names of models it may predict with, "*" for all; slash and the full name of a
   *     service or method it may call, "/*" for all
   */
  public Caller(
      String tenant,
      String principal,
      AuthMethod authMethod,
      String credentialId,
      Set<String> models) {
    this.tenant = tenant;
    this.principal = principal;
    this.authMethod = authMethod;
    this.credentialId = credentialId;
    this.models = Set.copyOf(models);
    allModels = models.contains(ALL_MODELS);
    tenantUtf8 = tenant.getBytes(UTF_8);
    principalUtf8 = principal.getBytes(UTF_8);
    credentialIdUtf8 = credentialId.getBytes(UTF_8);
    stickyKey = (tenant + '/' + principal).getBytes(UTF_8);
  }

  /** The organisation that owns the credential. */
  public String tenant() {
    return tenant;
  }

  /** The service or person. */
  public String principal() {
    return principal;
  }

  /** How it was proved. */
  public AuthMethod authMethod() {
    return authMethod;
  }

  /** The public part of the credential, safe to log. */
  public String credentialId() {
    return credentialId;
  }

  /** Names of models and, with a slash in front, services and methods it may call. */
  public Set<String> models() {
    return models;
  }

  /** Whether this caller may predict with the model. */
  public boolean mayCall(String model) {
    return allModels || models.contains(model);
  }

  /**
   * Whether this caller may call a method of a service that is no model's.
   *
   * @param service slash and its full name
   * @param path slash, service, slash, method
   */
  public boolean mayCall(String service, String path) {
    return models.contains(service) || models.contains(path) || models.contains(ALL_SERVICES);
  }

  /**
   * Whether this caller may predict with every model, so that it may also learn that one does not
   * exist.
   */
  public boolean mayCallAll() {
    return allModels;
  }

  /** The tenant for the record. Borrowed. */
  public byte[] tenantUtf8() {
    return tenantUtf8;
  }

  /** The principal for the record. Borrowed. */
  public byte[] principalUtf8() {
    return principalUtf8;
  }

  /** The credential's id for the record. Borrowed. */
  public byte[] credentialIdUtf8() {
    return credentialIdUtf8;
  }

  /**
   * What keeps this caller on its version where a model is sticky by caller: tenant, slash,
   * principal. Borrowed.
   */
  public byte[] stickyKey() {
    return stickyKey;
  }
}
