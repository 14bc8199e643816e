package io.weighbridge.integrity;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Dead Simple Signing Envelope v1: what exactly is signed, and the JSON it travels in. Stateless.
 *
 * <p>Read {@link Envelope#payload} only after a signature over {@link Envelope#signedBytes} held:
 * those are the exact decoded bytes, never a re-encoding. Source: secure-systems-lab/dsse v1.0.2.
 */
public final class Dsse {
  /** Largest envelope that is parsed, in bytes of JSON. */
  public static final int ENVELOPE_BYTES_MAX = 4 << 20;

  private static final int SIGNATURES_MAX = 16;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Dsse() {}

  /** A payload, its type and who signed it. The arrays are not to be written to. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared; a copy per access would be waste.
  public record Envelope(String payloadType, byte[] payload, List<Signature> signatures) {

    public Envelope {
      signatures = List.copyOf(signatures);
    }

    /** The bytes under each signature. */
    public byte[] signedBytes() {
      return pae(payloadType, payload);
    }

    /** The JSON form, standard base64. */
    public byte[] toJson() {
      ObjectNode envelope = JSON.createObjectNode();
      envelope.put("payloadType", payloadType);
      envelope.put("payload", Base64.getEncoder().encodeToString(payload));
      ArrayNode list = envelope.putArray("signatures");
      for (Signature signature : signatures) {
        ObjectNode node = list.addObject();
        node.put("keyid", signature.keyId);
        node.put("sig", Base64.getEncoder().encodeToString(signature.bytes));
      }
      return JSON.writeValueAsBytes(envelope);
    }
  }

  /**
   * One signature.
   *
   * @param keyId a hint which key to try, never a reason to trust; empty when absent
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
  public record Signature(String keyId, byte[] bytes) {}

  /** An envelope that is not one; the message says where. */
  public static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }

  /** Pre-authentication encoding: {@code "DSSEv1" SP len(type) SP type SP len(body) SP body}. */
  public static byte[] pae(String payloadType, byte[] body) {
    byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + type.length + 32);
    out.writeBytes(ascii("DSSEv1 " + type.length + " "));
    out.writeBytes(type);
    out.writeBytes(ascii(" " + body.length + " "));
    out.writeBytes(body);
    return out.toByteArray();
  }

  /**
   * Reads the JSON form. Strict where strictness protects (size, duplicate keys, text after the
   * end, base64 with stray bits); unknown fields are ignored, as the specification demands.
   */
  public static Envelope parse(byte[] json) throws MalformedException {
    if (json.length > ENVELOPE_BYTES_MAX) {
      throw new MalformedException(
          "envelope is " + json.length + " bytes, at most " + ENVELOPE_BYTES_MAX);
    }
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JacksonException e) {
      throw new MalformedException("envelope is not JSON: " + e.getOriginalMessage());
    }
    return read(root);
  }

  /** Reads an envelope that stands inside another JSON document, as in a Sigstore bundle. */
  static Envelope read(JsonNode root) throws MalformedException {
    if (!root.isObject()) {
      throw new MalformedException("envelope is not a JSON object");
    }
    JsonNode list = root.path("signatures");
    if (!list.isArray() || list.isEmpty() || list.size() > SIGNATURES_MAX) {
      throw new MalformedException("signatures is not a list of 1 to " + SIGNATURES_MAX);
    }
    List<Signature> signatures = new ArrayList<>(list.size());
    for (JsonNode node : list) {
      String keyId = node.hasNonNull("keyid") ? text(node, "keyid") : "";
      signatures.add(new Signature(keyId, base64("sig", text(node, "sig"))));
    }
    String payloadType = text(root, "payloadType");
    return new Envelope(payloadType, base64("payload", text(root, "payload")), signatures);
  }

  private static String text(JsonNode node, String field) throws MalformedException {
    JsonNode value = node.path(field);
    if (!value.isString()) {
      throw new MalformedException(field + " is missing or not a string");
    }
    return value.stringValue();
  }

  /** Standard or URL-safe alphabet, not both; URL-safe may leave out the padding. */
  private static byte[] base64(String field, String text) throws MalformedException {
    boolean urlSafe = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
    Base64.Encoder encoder = urlSafe ? Base64.getUrlEncoder() : Base64.getEncoder();
    byte[] bytes;
    try {
      bytes = (urlSafe ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
    } catch (IllegalArgumentException e) {
      throw new MalformedException(field + " is not base64: " + e.getMessage());
    }
    // Java's decoder forgives unused bits: only the one canonical text of these bytes is taken.
    boolean canonical =
        encoder.encodeToString(bytes).equals(text)
            || Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text);
    if (!canonical) {
      throw new MalformedException(field + " is not canonical base64");
    }
    return bytes;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
