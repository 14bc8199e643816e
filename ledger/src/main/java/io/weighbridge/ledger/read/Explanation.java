package io.weighbridge.ledger.read;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Attestation;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import java.io.IOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A record of a call joined with the records it links to: what was expected, who answered where,
 * who had set the weights. Immutable. A part is empty when no record tells it.
 *
 * @param leaf the record itself
 * @param expectedDigest "sha256:" and hexadecimal digits the host had proved for this model and
 *     version
 * @param hostAddress of the host when it was attested
 * @param hashPoint when the proved bytes were hashed
 * @param attestation the ATTESTATION the answer rests on
 * @param deployment the CHANGE that made version and digest expected
 * @param traffic the last CHANGE of this model or its traffic up to the record's epoch; its {@code
 *     after} holds the weights
 * @param boot the BOOT of the gateway's start
 */
public record Explanation(
    Leaf leaf,
    String expectedDigest,
    String hostAddress,
    String hashPoint,
    Optional<Leaf> attestation,
    Optional<Leaf> deployment,
    Optional<Leaf> traffic,
    Optional<Leaf> boot) {

  /** Joins a record with what it links to. */
  public static Explanation of(LedgerReader reader, Leaf leaf) throws IOException {
    Record record = leaf.record();
    Optional<Leaf> attestation =
        linked(reader, record.getLinks().getAttestationLeafPlusOne(), Kind.KIND_ATTESTATION);
    Optional<Leaf> deployment =
        linked(reader, record.getLinks().getDeploymentLeafPlusOne(), Kind.KIND_CHANGE);
    Attestation statement =
        attestation.map(a -> a.record().getAttestation()).orElse(Attestation.getDefaultInstance());
    Attestation.ProvedModel proved =
        statement.getModelsList().stream()
            .filter(m -> m.getName().equals(record.getModel().getName()))
            .filter(m -> m.getVersion().equals(record.getModel().getVersionServed()))
            .findFirst()
            .orElse(Attestation.ProvedModel.getDefaultInstance());
    return new Explanation(
        leaf,
        digest(proved.getDigest()),
        statement.getAddress(),
        proved.getHashPoint(),
        attestation,
        deployment,
        traffic(reader, leaf),
        reader.boot(record.getBootEpoch()));
  }

  private static Optional<Leaf> linked(LedgerReader reader, long leafPlusOne, Kind kind)
      throws IOException {
    if (leafPlusOne < 1 || leafPlusOne > reader.checkpoint().size()) {
      return Optional.empty();
    }
    return Optional.of(reader.leaf(leafPlusOne - 1)).filter(l -> l.record().getKind() == kind);
  }

  private static Optional<Leaf> traffic(LedgerReader reader, Leaf leaf) throws IOException {
    long epoch = leaf.record().getRoute().getEpoch();
    String model = leaf.record().getModel().getName();
    if (epoch == 0) {
      return Optional.empty();
    }
    return reader.lastBefore(
        leaf.index(),
        l ->
            l.record().getKind() == Kind.KIND_CHANGE
                && setsWeights(l.record().getChange().getAction())
                && l.record().getChange().getSubject().equals(model)
                && l.record().getChange().getEpoch() <= epoch);
  }

  private static boolean setsWeights(String action) {
    return action.startsWith("traffic.") || action.startsWith("model.");
  }

  private static String digest(ByteString raw) {
    return raw.isEmpty() ? "" : "sha256:" + HexFormat.of().formatHex(raw.toByteArray());
  }

  /** Maps, lists, strings, numbers and booleans, ready for JSON. */
  public Map<String, Object> view() {
    Map<String, Object> view = leaf.view();
    Map<String, Object> joined = new LinkedHashMap<>();
    put(joined, "expected_digest", expectedDigest);
    put(joined, "host_address", hostAddress);
    put(joined, "hash_point", hashPoint);
    attestation.ifPresent(l -> joined.put("attestation", l.view()));
    deployment.ifPresent(l -> joined.put("deployment", l.view()));
    traffic.ifPresent(l -> joined.put("traffic", l.view()));
    boot.ifPresent(l -> joined.put("boot", l.view()));
    view.put("explained", joined);
    return view;
  }

  private static void put(Map<String, Object> view, String name, String value) {
    if (!value.isEmpty()) {
      view.put(name, value);
    }
  }
}
