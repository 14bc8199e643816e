package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.admission.Bulkhead;
import io.weighbridge.gateway.admission.CallPlaces;
import io.weighbridge.gateway.route.ModelRoute;
import org.jspecify.annotations.Nullable;

/**
 * The places that one call has: of the process until its end, and of its model while it is on a
 * host. Confined to the call's event loop.
 */
final class HeldPlaces {
  private CallPlaces.@Nullable Part ofProcess;
  private @Nullable Bulkhead ofModel;

  /**
   * Takes one of the process's places, unless the call has one, and one of the model's, where they
   * are counted.
   *
   * @return what is full, or null
   */
  @Nullable String enter(CallLoop loop, @Nullable ModelRoute model) {
    CallPlaces.Part all = loop.admission().places();
    if (ofProcess == null && !all.enter()) {
      return all.placesMax() + " calls are in flight (calls-in-flight-max)";
    }
    ofProcess = all;
    Bulkhead bulkhead = model == null ? null : loop.admission().bulkhead(model.drawSlot());
    if (bulkhead == null || bulkhead.enter()) {
      ofModel = bulkhead;
      return null;
    }
    return bulkhead.placesMax() + " calls of this model are in flight (in-flight-max)";
  }

  /** Gives the model's place back, if there is one. */
  void leaveModel() {
    if (ofModel != null) {
      ofModel.leave();
      ofModel = null;
    }
  }

  /** Gives everything back. */
  void leave() {
    leaveModel();
    if (ofProcess != null) {
      ofProcess.leave();
      ofProcess = null;
    }
  }
}
