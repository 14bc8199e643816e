package io.weighbridge.gateway.config;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Callers' keys as keys.yaml holds them: no secret, only its SHA-256. Immutable.
 *
 * @param keys at most {@link #KEYS_MAX}
 */
public record KeysFile(List<Key> keys) {
  /** Keys of one file. */
  public static final int KEYS_MAX = 10_000;

  /** Models one key may name. */
  public static final int MODELS_MAX = 1_000;

  /** The public part of a key, as it stands between the underscores of its token. */
  public static final Pattern ID = Pattern.compile("[a-z0-9]{1,32}");

  public KeysFile {
    keys = List.copyOf(keys);
    check(keys);
  }

  /**
   * One key.
   *
   * @param sha256 64 lower-case hex digits: SHA-256 of the secret's characters
   * @param models names or "*"; with a slash in front, services, methods or "/*"
   */
  public record Key(
      String id, String sha256, String tenant, String principal, List<String> models) {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public Key {
      models = List.copyOf(models);
      if (!ID.matcher(id).matches()) {
        throw new BadValue("id", "found \"" + id + "\", allowed is " + ID.pattern());
      }
      if (!SHA256.matcher(sha256).matches()) {
        throw new BadValue("sha256", "found something else, allowed is 64 lower-case hex digits");
      }
      checkWho(tenant, principal, models);
    }
  }

  /** The rules for whoever a credential stands for. */
  static void checkWho(String tenant, String principal, List<String> models) {
    Names.check("tenant", tenant);
    Names.check("principal", principal);
    if (models.isEmpty() || models.size() > MODELS_MAX) {
      throw new BadValue("models", "found " + models.size() + ", allowed are 1 to " + MODELS_MAX);
    }
    for (String model : models) {
      if (!model.equals("*") && !model.equals("/*")) {
        Names.check("models", model.startsWith("/") ? model.substring(1) : model);
      }
    }
  }

  /**
   * Reads and checks a file.
   *
   * @throws ConfigException with every problem found
   */
  public static KeysFile load(Path file) throws ConfigException {
    Problems problems = new Problems(file);
    Section root = Yaml.read(file, problems);
    List<Key> keys = root.list("keys", KeysFile::key);
    root.check(() -> check(keys));
    root.make(() -> "");
    problems.throwIfAny();
    return new KeysFile(keys);
  }

  private static @Nullable Key key(Section section) {
    String id = section.text("id");
    String sha256 = section.text("sha256");
    String tenant = section.text("tenant");
    String principal = section.text("principal");
    List<String> models = section.texts("models");
    return section.make(() -> new Key(id, sha256, tenant, principal, models));
  }

  private static void check(List<Key> keys) {
    if (keys.size() > KEYS_MAX) {
      throw new BadValue("keys", "found " + keys.size() + ", allowed are " + KEYS_MAX);
    }
    Set<String> seen = new HashSet<>();
    for (Key key : keys) {
      if (!seen.add(key.id())) {
        throw new BadValue("keys", "id \"" + key.id() + "\" stands here twice");
      }
    }
  }
}
