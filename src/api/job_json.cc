#include "api/job_json.h"

#include "api/json_parse.h"

namespace skyhold {
namespace {

// Parameters and results are JSON of our own; one that cannot be read is left out.
void set_object(JsonValue& json, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  auto parsed = parse_json(text, {.depth = 32, .values = 100'000});
  if (parsed && parsed->is(JsonValue::Type::kObject)) json.set(key, std::move(*parsed));
}

// What was asked for, in the contract's words. What cannot be read is left out.
void set_request(JsonValue& json, const Job& job) {
  JsonValue request = JsonValue::object();
  switch (job.kind) {
    case JobKind::kRestore: {
      const Result<RestoreParameters> wanted = parse_restore_parameters(job.parameters);
      if (!wanted) return;
      request.set("backup", job.backup_id)
          .set("mode", restore_mode(*wanted))
          .set("identity", restore_identity(*wanted))
          .set("safety_backup", wanted->safety_backup)
          .set("new_branch", wanted->new_branch);
      break;
    }
    case JobKind::kRefresh: {
      const Result<RefreshParameters> wanted = parse_refresh_parameters(job.parameters);
      if (!wanted) return;
      request.set("source", wanted->source).set("fresh", wanted->fresh).set("mode", "neutralized");
      break;
    }
    default: set_object(json, "request", job.parameters); return;
  }
  json.set("request", std::move(request));
}

JsonValue progress_json(const Job& job) {
  const Progress& progress = job.progress;
  JsonValue json = JsonValue::object();
  json.set("phase", progress.phase)
      .set("done_bytes", progress.done_bytes)
      .set("total_bytes", progress.total_bytes)
      .set("done_items", progress.done_items)
      .set("total_items", progress.total_items)
      .set("bytes_per_second", job.rate_bytes_per_second);
  const bool can_tell = job.state == JobState::kRunning && job.rate_bytes_per_second > 0 &&
                        progress.total_bytes >= progress.done_bytes && progress.total_bytes > 0;
  if (!can_tell) return std::move(json.set("seconds_left", JsonValue{}));
  const double left = static_cast<double>(progress.total_bytes - progress.done_bytes);
  return std::move(json.set("seconds_left", left / job.rate_bytes_per_second));
}

}  // namespace

std::string_view restore_mode(const RestoreParameters& parameters) {
  return parameters.neutralize ? "neutralized" : "exact";
}

std::string_view restore_identity(const RestoreParameters& parameters) {
  return parameters.new_identity ? "new" : "keep";
}

JsonValue error_detail(std::string_view code, std::string_view message, std::string_view hint) {
  JsonValue json = JsonValue::object();
  json.set("code", code).set("message", message);
  if (!hint.empty()) json.set("hint", hint);
  return json;
}

JsonValue error_detail(const Error& error) {
  return error_detail(traits(error.code).name, error.message, error.hint);
}

JsonValue to_json(const Job& job) {
  JsonValue json = JsonValue::object();
  json.set("id", job.id)
      .set("kind", to_string(job.kind))
      .set("state", to_string(job.state))
      .set("project", job.project)
      .set("branch", job.branch)
      .set("backup", job.backup_id)
      .set("created_by", job.created_by)
      .set("created_at", job.created_at)
      .set("started_at", job.started_at)
      .set("finished_at", job.finished_at)
      .set("attempt", job.attempt)
      .set("cancel_requested", job.cancel_requested)
      .set("progress", progress_json(job));
  set_request(json, job);
  set_object(json, "result", job.result);
  if (job.error) json.set("error", error_detail(*job.error));
  return json;
}

JsonValue job_page(const std::vector<Job>& jobs, const std::string& next) {
  JsonValue items = JsonValue::array();
  for (const Job& job : jobs) items.push(to_json(job));
  JsonValue json = JsonValue::object();
  json.set("items", std::move(items)).set("next", next);
  return json;
}

JsonValue to_job_reference(const Job& job) {
  JsonValue json = JsonValue::object();
  json.set("id", job.id)
      .set("kind", to_string(job.kind))
      .set("state", to_string(job.state))
      .set("branch", job.branch)
      .set("phase", job.progress.phase)
      .set("done_bytes", job.progress.done_bytes)
      .set("total_bytes", job.progress.total_bytes);
  return json;
}

JsonValue to_json(const JobEvent& event) {
  JsonValue json = JsonValue::object();
  json.set("sequence", event.sequence).set("at", event.at).set("kind", event.kind).set("text", event.text);
  return json;
}

}  // namespace skyhold
