package io.weighbridge.gateway.control;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Metadata;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.admin.v1.CreateKeyRequest;
import io.weighbridge.admin.v1.CreateKeyResponse;
import io.weighbridge.admin.v1.HostServiceGrpc;
import io.weighbridge.admin.v1.Key;
import io.weighbridge.admin.v1.KeyServiceGrpc;
import io.weighbridge.admin.v1.ListHostsRequest;
import io.weighbridge.admin.v1.ListKeysRequest;
import io.weighbridge.admin.v1.RevokeKeyRequest;
import io.weighbridge.admin.v1.RevokeKeyResponse;
import io.weighbridge.admin.v1.SetTrafficRequest;
import io.weighbridge.admin.v1.ShowTrafficRequest;
import io.weighbridge.admin.v1.TrafficServiceGrpc;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.identity.KeyTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AdminKeysTest {
  private static final ShowTrafficRequest SHOW = ShowTrafficRequest.getDefaultInstance();

  @TempDir Path folder;

  private final FakeLedger ledger = new FakeLedger();
  private AdminHarness admin;
  private String token;

  @BeforeEach
  void start() throws Exception {
    admin = new AdminHarness(folder, Configs.of(folder, Configs.TWO_VERSIONS), ledger);
    token = admin.adminToken();
  }

  @AfterEach
  void stop() throws Exception {
    admin.close();
  }

  @Test
  void theFirstStartLeavesAnAdminKeyOnlyItsOwnerCanRead() throws Exception {
    Path file = folder.resolve("state/admin.key");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(token).matches("wb_[a-z0-9]{1,32}_[A-Za-z0-9_-]{43}");
    admin.close();
    admin = new AdminHarness(folder, Configs.of(folder, Configs.TWO_VERSIONS), ledger);
    assertThat(admin.adminToken()).isEqualTo(token);
    assertThat(admin.traffic(token).showTraffic(SHOW).getModelsCount()).isEqualTo(1);
    assertThat(ledger.leaves(Kind.KIND_CHANGE))
        .extracting(leaf -> leaf.getChange().getAction())
        .containsExactly("model.declare", "key.create");
  }

  @Test
  void aCallersKeyIsPublishedAtOnceAndItsSecretIsKeptNowhere() throws Exception {
    CreateKeyResponse created = create("", "minilm");
    String id = created.getKey().getId();
    String secret = created.getToken().substring(("wb_" + id + "_").length());
    assertThat(Base64.getUrlDecoder().decode(secret)).hasSize(32);

    KeyTable.StoredKey stored = requireNonNull(admin.keyTable().find(id));
    assertThat(stored.secretSha256())
        .isEqualTo(
            MessageDigest.getInstance("SHA-256")
                .digest(secret.getBytes(StandardCharsets.US_ASCII)));
    Caller caller = stored.caller();
    assertThat(caller.tenant()).isEqualTo("acme");
    assertThat(caller.mayCall("minilm")).isTrue();
    assertThat(caller.mayCall("other")).isFalse();
    assertThat(ledger.leaves()).noneMatch(leaf -> leaf.toString().contains(secret));
    try (Stream<Path> files = Files.walk(folder.resolve("state"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .doesNotContain(secret);
      }
    }
  }

  @Test
  void aRevokedKeyIsGoneAtOnce() {
    String id = create("", "minilm").getKey().getId();
    Key revoked = revoke(id).getKey();
    assertThat(revoked.getRevokedAt()).isPositive();
    assertThat(admin.keyTable().find(id)).isNull();
    Record last = ledger.leaves(Kind.KIND_CHANGE).getLast();
    assertThat(last.getChange().getAction()).isEqualTo("key.revoke");
    assertThat(last.getChange().getAfter()).contains("\"revoked\":true");
    refuses("FAILED_PRECONDITION key_not_revocable", () -> revoke(id));
    refuses("NOT_FOUND key_unknown", () -> revoke("nobody"));
  }

  @Test
  void theLastAdminKeyStays() {
    String own = token.substring(3, token.indexOf('_', 3));
    refuses("FAILED_PRECONDITION key_not_revocable", () -> revoke(own));
    create("admin");
    assertThat(revoke(own).getKey().getRevokedAt()).isPositive();
    refuses("UNAUTHENTICATED credentials_invalid", () -> admin.traffic(token).showTraffic(SHOW));
  }

  @Test
  void refusesKeysThatMakeNoSense() {
    refuses("INVALID_ARGUMENT request_malformed", () -> create("root"));
    refuses("INVALID_ARGUMENT request_malformed", () -> create("operator", "minilm"));
    refuses("INVALID_ARGUMENT request_malformed", () -> create(""));
    refuses("INVALID_ARGUMENT request_malformed", () -> create("", "mini lm"));
  }

  @Test
  void eachRoleMayDoItsPartAndNoMore() {
    String auditor = create("auditor").getToken();
    String operator = create("operator").getToken();
    String caller = create("", "*").getToken();
    for (String reader : List.of(auditor, operator)) {
      assertThat(admin.traffic(reader).showTraffic(SHOW).getModelsCount()).isEqualTo(1);
      assertThat(admin.hosts(reader).listHosts(ListHostsRequest.getDefaultInstance())).isNotNull();
      assertThat(admin.keys(reader).listKeys(ListKeysRequest.getDefaultInstance()).getKeysList())
          .hasSize(4);
      refuses(
          "PERMISSION_DENIED permission_denied",
          () -> admin.keys(reader).createKey(CreateKeyRequest.getDefaultInstance()));
    }
    refuses(
        "PERMISSION_DENIED permission_denied",
        () -> admin.traffic(auditor).setTraffic(SetTrafficRequest.getDefaultInstance()));
    refuses(
        "INVALID_ARGUMENT reason_missing",
        () ->
            admin
                .traffic(operator)
                .setTraffic(SetTrafficRequest.newBuilder().setModel("minilm").build()));
    refuses("PERMISSION_DENIED permission_denied", () -> admin.traffic(caller).showTraffic(SHOW));
    assertThat(admin.keyTable().keysById()).hasSize(1);
  }

  @Test
  void everyMethodHasARuleAndEveryRuleAMethod() {
    List<String> methods =
        Stream.of(
                new TrafficServiceGrpc.TrafficServiceImplBase() {}.bindService(),
                new HostServiceGrpc.HostServiceImplBase() {}.bindService(),
                new KeyServiceGrpc.KeyServiceImplBase() {}.bindService())
            .flatMap(service -> service.getMethods().stream())
            .map(ServerMethodDefinition::getMethodDescriptor)
            .map(method -> method.getFullMethodName())
            .toList();
    assertThat(AdminAuth.ALLOWED.keySet()).containsExactlyInAnyOrderElementsOf(methods);
  }

  @Test
  void refusesBadCredentialsAllAlikeAndCountsThem() {
    refuses("UNAUTHENTICATED credentials_missing", () -> admin.traffic("").showTraffic(SHOW));
    String otherSecret = token.substring(0, token.length() - 1) + (token.endsWith("A") ? "B" : "A");
    String otherId = token.replaceFirst("wb_.", "wb_" + (token.charAt(3) == 'x' ? 'y' : 'x'));
    List<String> messages =
        Stream.of(otherSecret, otherId, "nonsense", token + "A")
            .map(bad -> catchThrowable(() -> admin.traffic(bad).showTraffic(SHOW)))
            .map(thrown -> ((StatusRuntimeException) thrown).getStatus().toString())
            .distinct()
            .toList();
    assertThat(messages).singleElement().asString().contains("credentials_invalid");
    assertThat(ledger.folded())
        .containsExactly(
            "credentials_missing 16",
            "credentials_invalid 16",
            "credentials_invalid 16",
            "credentials_invalid 16",
            "credentials_invalid 16");
  }

  @Test
  void refusesTwoAuthorizationHeaders() {
    Metadata second = new Metadata();
    second.put(AdminHarness.AUTHORIZATION, "Bearer " + token);
    refuses(
        "UNAUTHENTICATED credentials_invalid",
        () ->
            admin
                .traffic(token)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(second))
                .showTraffic(SHOW));
  }

  @Test
  void refusesMetadataOverItsLimit() {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("x-note", Metadata.ASCII_STRING_MARSHALLER),
        "x".repeat(AdminServer.METADATA_BYTES_MAX));
    Throwable thrown =
        catchThrowable(() ->
            admin
                .traffic(token)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .showTraffic(SHOW));
    assertThat(thrown).isInstanceOf(StatusRuntimeException.class);
    assertThat(((StatusRuntimeException) thrown).getStatus().getCode())
        .isNotEqualTo(Status.Code.OK);
    assertThat(admin.traffic(token).showTraffic(SHOW).getModelsCount()).isEqualTo(1);
  }

  private CreateKeyResponse create(String role, String... models) {
    return admin
        .keys(token)
        .createKey(
            CreateKeyRequest.newBuilder()
                .setTenant("acme")
                .setPrincipal("svc")
                .setRole(role)
                .addAllModels(List.of(models))
                .setReason("test")
                .build());
  }

  private RevokeKeyResponse revoke(String id) {
    return admin
        .keys(token)
        .revokeKey(RevokeKeyRequest.newBuilder().setId(id).setReason("lost").build());
  }

  private static void refuses(String refusal, Callable<?> call) {
    assertThat(AdminHarness.refusal(catchThrowable(call::call)))
        .isEqualTo(refusal + " weighbridge");
  }
}
