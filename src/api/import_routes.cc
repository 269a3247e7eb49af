// Dumps and archives from outside: uploads, and the imports of what was uploaded or lies elsewhere.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "api/job_json.h"
#include "api/routes.h"
#include "api/work.h"
#include "model/job_parameters.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostNoteBytes = 4000;

// ---- uploads --------------------------------------------------------------------------------

JsonValue to_json(const Upload& upload) {
  JsonValue json = JsonValue::object();
  json.set("id", upload.id)
      .set("file_name", upload.file_name)
      .set("size_bytes", upload.size_bytes)
      .set("received_bytes", upload.received_bytes)
      .set("complete", upload.complete())
      .set("created_by", upload.created_by)
      .set("created_at", upload.created_at)
      .set("expires_at", upload.created_at + Uploads::kLifetime);
  return json;
}

ApiResult create_upload(ApiCall& call) {
  Upload upload;
  upload.project = call.project->name;
  upload.file_name = call.body.text("file_name");
  upload.size_bytes = static_cast<std::uint64_t>(call.body.integer("size_bytes", 0));
  upload.created_by = call.actor();
  call.audit.detail = fmt::format("{}, {} bytes", upload.file_name, upload.size_bytes);
  const auto uploads = TRY(call.services.interchange.uploads(*call.project));
  const Upload begun = TRY(uploads->begin(std::move(upload)));
  call.audit.subject = begun.id;
  return answer(to_json(begun), 201);
}

// Few: each is begun by a person, and over after two days.
ApiResult list_uploads(ApiCall& call) {
  const auto uploads = TRY(call.services.interchange.uploads(*call.project));
  JsonValue items = JsonValue::array();
  for (const Upload& upload : TRY(uploads->list(call.project->name))) items.push(to_json(upload));
  JsonValue json = JsonValue::object();
  return answer(std::move(json.set("items", std::move(items))));
}

ApiResult get_upload(ApiCall& call) {
  const auto uploads = TRY(call.services.interchange.uploads(*call.project));
  return answer(to_json(TRY(uploads->find(call.project->name, call.parameter("id")))));
}

ApiResult delete_upload(ApiCall& call) {
  call.audit.subject = call.parameter("id");
  const auto uploads = TRY(call.services.interchange.uploads(*call.project));
  TRY(uploads->remove(call.project->name, call.parameter("id")));
  return no_content();
}

ApiResult send_upload(ApiCall& call) {
  if (!call.request.body_stream) {
    return fail(Problem(400, "invalid_argument", "this request needs a body", "send the bytes of the file"));
  }
  const auto offset = static_cast<std::uint64_t>(call.query.integer("offset", 0));
  const auto uploads = TRY(call.services.interchange.uploads(*call.project));
  Result<Upload> upload =
      uploads->receive(call.project->name, call.parameter("id"), offset, *call.request.body_stream);
  if (upload) return answer(to_json(*upload));
  if (upload.error().code != ErrorCode::kBusy) return fail(std::move(upload).error());
  return fail(Problem(409, "wrong_offset", upload.error().message, upload.error().hint).at("offset"));
}

// ---- imports --------------------------------------------------------------------------------

Problem source_problem(std::string_view field, std::string words, std::string hint) {
  return Problem(400, "invalid_argument", std::move(words), std::move(hint))
      .at(fmt::format("source.{}", field));
}

Outcome<Upload> whole_upload(const ApiCall& call, const std::string& id) {
  const auto uploads = TRY(call.services.interchange.uploads(*call.project));
  const Result<Upload> upload = uploads->find(call.project->name, id);
  if (!upload) return fail_at("source.upload", upload.error());
  if (upload->complete()) return *upload;
  return fail(source_problem("upload",
                             fmt::format("{} of {} bytes of {} are there", upload->received_bytes,
                                         upload->size_bytes, upload->file_name),
                             "send the rest first"));
}

// What lies on the platform's machines or can be reached from them is the operators' to name.
Outcome<void> check_place(const ApiCall& call, std::string_view field, const std::string& place) {
  if (!call.is_operator()) {
    return fail(Problem(403, "forbidden", fmt::format("only operators may import from a {}", field),
                        "upload the file instead")
                    .at(fmt::format("source.{}", field)));
  }
  if (field == "path" && !place.starts_with('/')) {
    return fail(source_problem(field, "the path is not absolute", "begin it with '/'"));
  }
  const auto begins = [&](std::string_view scheme) { return place.starts_with(scheme); };
  constexpr std::array<std::string_view, 5> kSchemes{"https://", "http://", "s3://", "gs://", "file://"};
  if (field == "url" && std::none_of(kSchemes.begin(), kSchemes.end(), begins)) {
    return fail(source_problem(field, "the URL is of no kind that can be read",
                               "https://, http://, s3://, gs:// or file://"));
  }
  return {};
}

// A project where the caller is no admin is not there, as everywhere.
Outcome<void> check_other_backup(const ApiCall& call, const std::string& project, const std::string& id) {
  const Result<BackupRecord> backup = call.services.catalog.backup(id);
  const bool visible = backup && backup->project == project && call.who.role_in(project) >= Role::kAdmin;
  if (!visible) {
    return fail(source_problem(
        "backup", fmt::format("there is no backup \"{}\" in a project \"{}\" of yours", id, project),
        "you have to be an admin of both projects"));
  }
  if (backup->restorable()) return {};
  return fail(source_problem("backup", fmt::format("backup {} is {}", id, to_string(backup->state)),
                             "choose a backup that is good"));
}

Outcome<ImportParameters> wanted_import(ApiCall& call) {
  ImportParameters parameters;
  parameters.note = call.body.text("note");
  if (const Status fine = check_text("note", parameters.note, kMostNoteBytes); !fine) {
    return fail_at("note", fine.error());
  }
  parameters.accept = TRY(parse_import_acceptance(call.body.optional_text("accept").value_or("nothing")));
  const JsonValue& source = *call.body.find("source");
  if (source.keys().size() != 1) {
    return fail(Problem(400, "invalid_argument", "an import has one source",
                        "give one of upload, path, url and backup")
                    .at("source"));
  }
  const std::string& kind = source.keys().front();
  if (kind == "upload") {
    parameters.upload = source.text(kind);
    call.audit.detail = fmt::format("upload {}", parameters.upload);
    parameters.file_name = TRY(whole_upload(call, parameters.upload)).file_name;
  } else if (kind == "backup") {
    const JsonValue& backup = *source.find(kind);
    parameters.project = backup.text("project");
    parameters.backup = backup.text("id");
    call.audit.detail = fmt::format("backup {} of {}", parameters.backup, parameters.project);
    TRY(check_other_backup(call, parameters.project, parameters.backup));
  } else {
    (kind == "path" ? parameters.path : parameters.url) = source.text(kind);
    call.audit.detail = fmt::format("{} {}", kind, source.text(kind));
    TRY(check_place(call, kind, source.text(kind)));
  }
  return parameters;
}

ApiResult create_import(ApiCall& call) {
  Result<Branch> branch = call.services.catalog.branch(call.project->name, call.body.text("branch"));
  if (!branch) return fail_at("branch", std::move(branch).error());
  call.audit.subject = fmt::format("branch {}", branch->name);
  const ImportParameters parameters = TRY(wanted_import(call));
  Job job = new_job(call, JobKind::kImport, JobPriority::kManual, *branch);
  job.parameters = to_json(parameters);
  return enqueue(call, job);
}

ApiResult list_imports(ApiCall& call) {
  JobFilter filter;
  filter.project = call.project->name;
  filter.kinds = {JobKind::kImport};
  const PageRequest page = call.page();
  const JobQueue::JobPage jobs = TRY(call.services.jobs.jobs(filter, page.limit, page.after));
  return answer(job_page(jobs.items, jobs.next));
}

}  // namespace

void add_import_routes(std::vector<Route>& routes) {
  using enum NeededRole;
  constexpr std::string_view kUploads = "/projects/{project}/uploads";
  constexpr std::string_view kUpload = "/projects/{project}/uploads/{id}";
  constexpr std::string_view kImports = "/projects/{project}/imports";
  routes.push_back({HttpMethod::kGet, kUploads, kAdmin, "listUploads", list_uploads});
  routes.push_back({HttpMethod::kPost, kUploads, kAdmin, "createUpload", create_upload, "upload.create"});
  routes.push_back({HttpMethod::kGet, kUpload, kAdmin, "getUpload", get_upload});
  routes.push_back({HttpMethod::kDelete, kUpload, kAdmin, "deleteUpload", delete_upload, "upload.delete"});
  // That an upload was begun is in the audit log; its parts would drown the rest.
  routes.push_back({.method = HttpMethod::kPut,
                    .path = "/projects/{project}/uploads/{id}/content",
                    .role = kAdmin,
                    .operation = "sendUpload",
                    .handler = send_upload,
                    .max_body_bytes = Uploads::kMostUploadBytes,
                    .streams_body = true});
  routes.push_back({HttpMethod::kGet, kImports, kAdmin, "listImports", list_imports});
  routes.push_back({HttpMethod::kPost, kImports, kAdmin, "createImport", create_import, "import.create"});
}

}  // namespace skyhold
