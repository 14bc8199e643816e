package io.weighbridge.gateway.control;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.grpc.stub.StreamObserver;
import io.weighbridge.admin.v1.ExplainTrafficRequest;
import io.weighbridge.admin.v1.ExplainTrafficResponse;
import io.weighbridge.admin.v1.ListTrafficHistoryRequest;
import io.weighbridge.admin.v1.ListTrafficHistoryResponse;
import io.weighbridge.admin.v1.SetTrafficRequest;
import io.weighbridge.admin.v1.SetTrafficResponse;
import io.weighbridge.admin.v1.ShowTrafficRequest;
import io.weighbridge.admin.v1.ShowTrafficResponse;
import io.weighbridge.admin.v1.TrafficServiceGrpc;
import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.Changes;
import io.weighbridge.gateway.control.state.ControlState;
import io.weighbridge.gateway.control.state.ModelState;
import io.weighbridge.gateway.control.state.Traffic;
import io.weighbridge.gateway.peek.Peek;
import io.weighbridge.gateway.route.Bucket;
import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.ledger.RecordId;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Traffic for operators: show, set, explain, history. Thread-safe. */
final class TrafficApi extends TrafficServiceGrpc.TrafficServiceImplBase {
  /** Models in one answer; the rest is counted. */
  static final int SHOWN_MODELS_MAX = 500;

  /** Epochs in one answer. */
  static final int HISTORY_MAX = 1_000;

  /** Epochs when the caller does not say. */
  static final int HISTORY_DEFAULT = 20;

  /** Keys explained in one call. */
  static final int EXPLAINED_KEYS_MAX = 1_000;

  /** Longest sticky key. */
  static final int KEY_BYTES_MAX = 1_024;

  private final Changes changes;
  private final RoutableVersions versions;
  private final TrafficView view;

  TrafficApi(Changes changes, RoutableVersions versions, TrafficFigures figures) {
    this.changes = changes;
    this.versions = versions;
    this.view = new TrafficView(versions, figures);
  }

  @Override
  public void showTraffic(
      ShowTrafficRequest request, StreamObserver<ShowTrafficResponse> observer) {
    Unary.answer(observer, () -> show(request.getModel()));
  }

  private ShowTrafficResponse show(String name) {
    ControlState state = changes.current();
    List<ModelState> models =
        name.isEmpty()
            ? state.models().values().stream().filter(ModelState::active).toList()
            : List.of(model(state, name));
    ShowTrafficResponse.Builder answer = ShowTrafficResponse.newBuilder();
    models.stream().limit(SHOWN_MODELS_MAX).map(view::of).forEach(answer::addModels);
    return answer.setModelsLeftOut(models.size() - answer.getModelsCount()).build();
  }

  private static ModelState model(ControlState state, String name) {
    ModelState model = state.model(name);
    if (model == null) {
      throw new AdminException(
          AdminRefusal.MODEL_UNKNOWN, "no model of this name; see weighbridge traffic show");
    }
    return model;
  }

  @Override
  public void setTraffic(SetTrafficRequest request, StreamObserver<SetTrafficResponse> observer) {
    Change.Actor actor = AdminAuth.ACTOR.get();
    Unary.answer(observer, () -> set(new TrafficChange(request, actor, versions)));
  }

  private SetTrafficResponse set(TrafficChange wanted) throws IOException {
    SetTrafficRequest request = wanted.request();
    if (request.getDryRun()) {
      ModelState before = model(changes.current(), request.getModel());
      return response(before, wanted.after(before), "");
    }
    AtomicReference<ModelState> before = new AtomicReference<>();
    List<RecordId> ids =
        changes.apply(state -> {
          ModelState model = model(state, request.getModel());
          before.set(model);
          return List.of(wanted.change(model));
        });
    ModelState after = model(changes.current(), request.getModel());
    return response(requireNonNull(before.get()), after, ids.getFirst().toString());
  }

  private SetTrafficResponse response(ModelState before, ModelState after, String recordId) {
    SetTrafficResponse.Builder answer =
        SetTrafficResponse.newBuilder()
            .setBefore(view.of(before))
            .setAfter(view.of(after))
            .setRecordId(recordId);
    before
        .traffic()
        .ranges()
        .movesTo(after.traffic().ranges())
        .forEach(move ->
            answer.addMovesBuilder().setFrom(move.from()).setTo(move.to()).setPpm(move.buckets()));
    return answer.build();
  }

  @Override
  public void explainTraffic(
      ExplainTrafficRequest request, StreamObserver<ExplainTrafficResponse> observer) {
    Unary.answer(observer, () -> explain(request));
  }

  private ExplainTrafficResponse explain(ExplainTrafficRequest request) throws IOException {
    ControlState state = changes.current();
    ModelState model = model(state, request.getModel());
    if (request.getKeysCount() == 0 || request.getKeysCount() > EXPLAINED_KEYS_MAX) {
      throw new AdminException(
          AdminRefusal.REQUEST_MALFORMED,
          "found " + request.getKeysCount() + " keys, allowed are 1 to " + EXPLAINED_KEYS_MAX);
    }
    long epoch = request.getEpoch() == 0 ? state.epoch() : request.getEpoch();
    List<Traffic> traffic =
        epoch < 0 || epoch > state.epoch() ? List.of() : changes.history(model.name(), epoch, 1);
    if (traffic.isEmpty()) {
      throw new AdminException(
          AdminRefusal.EPOCH_UNKNOWN,
          "no split of epoch " + Long.toUnsignedString(epoch) + " is kept for this model");
    }
    ExplainTrafficResponse.Builder answer = ExplainTrafficResponse.newBuilder().setEpoch(epoch);
    request
        .getKeysList()
        .forEach(key -> answer.addDecisions(decide(model, traffic.getFirst(), key)));
    return answer.build();
  }

  private static ExplainTrafficResponse.Decision decide(
      ModelState model, Traffic traffic, String key) {
    byte[] bytes = key.getBytes(UTF_8);
    if (bytes.length == 0 || bytes.length > KEY_BYTES_MAX) {
      throw new AdminException(
          AdminRefusal.REQUEST_MALFORMED,
          "found a key of " + bytes.length + " bytes, allowed are 1 to " + KEY_BYTES_MAX);
    }
    boolean cut = model.declared().sticky().by() == ModelSpec.Sticky.By.PARAMETER;
    int length = cut ? Math.min(bytes.length, Peek.PARAMETER_BYTES_MAX) : bytes.length;
    int bucket = Bucket.of(model.salt().high(), model.salt().low(), bytes, 0, length);
    String version = traffic.ranges().ownerOf(bucket);
    return ExplainTrafficResponse.Decision.newBuilder()
        .setKey(key)
        .setBucket(bucket)
        .setVersion(version)
        .setWhy(
            "bucket %d belongs to version %s since the split of epoch %d"
                .formatted(bucket, version, traffic.epoch()))
        .build();
  }

  @Override
  public void listTrafficHistory(
      ListTrafficHistoryRequest request, StreamObserver<ListTrafficHistoryResponse> observer) {
    Unary.answer(observer, () -> history(request));
  }

  private ListTrafficHistoryResponse history(ListTrafficHistoryRequest request) throws IOException {
    int limit = request.getLimit() == 0 ? HISTORY_DEFAULT : request.getLimit();
    if (limit < 0 || limit > HISTORY_MAX) {
      throw new AdminException(
          AdminRefusal.REQUEST_MALFORMED,
          "found limit " + Integer.toUnsignedString(limit) + ", allowed is up to " + HISTORY_MAX);
    }
    ModelState model = model(changes.current(), request.getModel());
    ListTrafficHistoryResponse.Builder answer = ListTrafficHistoryResponse.newBuilder();
    changes
        .history(model.name(), changes.current().epoch(), limit)
        .forEach(traffic -> answer.addEpochs(TrafficView.epoch(traffic)));
    return answer.build();
  }
}
