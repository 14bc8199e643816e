package io.weighbridge.gateway.route;

import org.jspecify.annotations.Nullable;

/**
 * What a call says about its route, as bytes of the call's own arrays. Confined to the call's event
 * loop and reused with it; lengths of 0 mean absent.
 */
public final class Ask {
  private static final byte[] NOTHING = new byte[0];

  public byte[] version = NOTHING;
  public int versionBytes;
  public byte[] label = NOTHING;
  public int labelBytes;

  /** The sticky key, or null: then the loop's draw decides. */
  public byte @Nullable [] key;

  public int keyBytes;

  /** Forgets everything. */
  public void clear() {
    version = NOTHING;
    versionBytes = 0;
    label = NOTHING;
    labelBytes = 0;
    key = null;
    keyBytes = 0;
  }
}
