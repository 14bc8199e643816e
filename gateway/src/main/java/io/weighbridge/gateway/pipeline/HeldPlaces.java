package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.admission.Bulkhead;
import io.weighbridge.gateway.route.ModelRoute;
import org.jspecify.annotations.Nullable;

/** The place that one call has among those of its model. Confined to the call's event loop. */
final class HeldPlaces {
  private @Nullable Bulkhead ofModel;

  /** Takes one of the model's places, where they are counted; returns what is full, or null. */
  @Nullable Bulkhead enter(CallLoop loop, @Nullable ModelRoute model) {
    Bulkhead bulkhead = model == null ? null : loop.admission().bulkhead(model.drawSlot());
    if (bulkhead == null || bulkhead.enter()) {
      ofModel = bulkhead;
      return null;
    }
    return bulkhead;
  }

  /** Gives it back, if there is one. */
  void leaveModel() {
    if (ofModel != null) {
      ofModel.leave();
      ofModel = null;
    }
  }
}
