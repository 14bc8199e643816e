package io.weighbridge.gateway.local;

import com.google.protobuf.InvalidProtocolBufferException;
import inference.InferStatistics;
import inference.ModelStatistics;
import inference.ModelStatisticsRequest;
import inference.ModelStatisticsResponse;
import inference.RepositoryIndexRequest;
import inference.RepositoryIndexResponse;
import inference.StatisticDuration;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.observe.CallMetrics;
import io.weighbridge.gateway.observe.VersionCalls;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.RouteTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The models of this gateway as one caller sees them: which there are, and what was counted of
 * them. Immutable; made for one question. Models the caller may not predict with are not there.
 */
public final class ModelIndex {
  private final RouteTable routes;
  private final HostTable hosts;
  private final Caller caller;

  /** The view of one caller. */
  public ModelIndex(RouteTable routes, HostTable hosts, Caller caller) {
    this.routes = routes;
    this.hosts = hosts;
    this.caller = caller;
  }

  /** Answers RepositoryIndex: READY is a version that some host may answer for, well or not. */
  public LocalAnswer repository(byte[] message) {
    RepositoryIndexRequest request;
    try {
      request = RepositoryIndexRequest.parseFrom(message);
    } catch (InvalidProtocolBufferException _) {
      // What a caller sends is no defect of ours: the call is refused.
      return LocalAnswer.malformed("no RepositoryIndexRequest");
    }
    if (!request.getRepositoryName().isEmpty()) {
      return LocalAnswer.malformed("repository_name: there is one, without a name");
    }
    RepositoryIndexResponse.Builder answer = RepositoryIndexResponse.newBuilder();
    for (ModelRoute model : routes.models()) {
      if (caller.mayCall(model.name())) {
        index(model, request.getReady(), answer);
      }
    }
    return new LocalAnswer.Message(answer.build().toByteArray());
  }

  private void index(ModelRoute model, boolean readyOnly, RepositoryIndexResponse.Builder answer) {
    for (Target target : model.targets()) {
      boolean ready = hosts.eligible(target.slot()).length > 0;
      if (ready || !readyOnly) {
        Refusal why = target.attested() ? Refusal.NO_VERIFIED_HOST : Refusal.NO_REACHABLE_HOST;
        answer
            .addModelsBuilder()
            .setName(model.name())
            .setVersion(target.version())
            .setState(ready ? "READY" : "UNAVAILABLE")
            .setReason(ready ? "" : why.reason());
      }
    }
  }

  /** Answers ModelStatistics, of what this gateway counted since it started. */
  public LocalAnswer statistics(byte[] message, CallMetrics metrics) {
    ModelStatisticsRequest request;
    try {
      request = ModelStatisticsRequest.parseFrom(message);
    } catch (InvalidProtocolBufferException _) {
      // What a caller sends is no defect of ours: the call is refused.
      return LocalAnswer.malformed("no ModelStatisticsRequest");
    }
    List<ModelRoute> asked = routes.models();
    if (!request.getName().isEmpty()) {
      ModelRoute named = named(request.getName());
      if (named == null) {
        // Also for a model that does not exist: who may not see it cannot tell.
        boolean knowsAll = caller.mayCallAll();
        return new LocalAnswer.Refused(
            knowsAll ? Refusal.MODEL_UNKNOWN : Refusal.PERMISSION_DENIED, "");
      }
      asked = List.of(named);
      if (!request.getVersion().isEmpty() && named.target(request.getVersion()) == null) {
        return new LocalAnswer.Refused(Refusal.VERSION_UNKNOWN, "");
      }
    }
    ModelStatisticsResponse.Builder answer = ModelStatisticsResponse.newBuilder();
    for (ModelRoute model : asked) {
      for (Target target : model.targets()) {
        boolean wanted =
            request.getVersion().isEmpty() || request.getVersion().equals(target.version());
        if (wanted && caller.mayCall(model.name())) {
          answer.addModelStats(of(target, metrics.calls(target.slot())));
        }
      }
    }
    return new LocalAnswer.Message(answer.build().toByteArray());
  }

  /** The model of this name if the caller may know of it. */
  private @Nullable ModelRoute named(String name) {
    for (ModelRoute model : routes.models()) {
      if (model.name().equals(name)) {
        return caller.mayCall(name) ? model : null;
      }
    }
    return null;
  }

  /** How long queueing and computing took only hosts know, so nothing is said of it. */
  private static ModelStatistics of(Target target, VersionCalls calls) {
    return ModelStatistics.newBuilder()
        .setName(target.model())
        .setVersion(target.version())
        .setInferenceCount(calls.okCount())
        .setInferenceStats(
            InferStatistics.newBuilder()
                .setSuccess(duration(calls.okCount(), calls.okNs()))
                .setFail(duration(calls.failedCount(), calls.failedNs())))
        .build();
  }

  private static StatisticDuration duration(long count, long ns) {
    return StatisticDuration.newBuilder().setCount(count).setNs(ns).build();
  }
}
