#include "api/site.h"

#include <algorithm>

#include "api/contract_files.h"
#include "api/responses.h"
#include "api/static_files.h"

namespace skyhold {
namespace {

constexpr std::string_view kPlainPage = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Skyhold</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><h1>Skyhold is running</h1>
<p>This program was built without the dashboard. The command line and the API do everything:</p>
<ul><li><code>skyhold login</code>, then <code>skyhold --help</code></li>
<li><a href="/api/v1/reference">the reference of the API</a></li></ul></body></html>
)";

ServerResponse page(std::string_view content_type, std::string_view body, std::string_view caching) {
  ServerResponse response;
  response.headers.push_back({"Content-Type", std::string(content_type)});
  response.headers.push_back({"Cache-Control", std::string(caching)});
  response.body = body;
  return response;
}

ServerResponse plain(int status, std::string_view text) {
  ServerResponse response = page("text/plain; charset=utf-8", text, "no-store");
  response.status = status;
  return response;
}

// Whether Accept-Encoding names it, and not with a weight of nothing.
bool accepts(const ServerRequest& request, std::string_view encoding) {
  std::string_view rest = request.header("accept-encoding").value_or("");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    while (item.starts_with(' ')) item.remove_prefix(1);
    const std::size_t name_end = std::min(item.find_first_of("; "), item.size());
    if (item.substr(0, name_end) != encoding) continue;
    const std::size_t weight = item.find("q=");
    if (weight == std::string_view::npos) return true;
    return item.substr(weight + 2).find_first_of("123456789") != std::string_view::npos;
  }
  return false;
}

// The smallest form of a file that the client takes.
const StaticFile* find_file(const ServerRequest& request, std::string_view path) {
  const StaticFile* best = nullptr;
  for (const StaticFile& file : dashboard_files()) {
    if (file.path != path) continue;
    if (!file.content_encoding.empty() && !accepts(request, file.content_encoding)) continue;
    if (best == nullptr || file.bytes.size() < best->bytes.size()) best = &file;
  }
  return best;
}

ServerResponse dashboard(const ServerRequest& request) {
  const StaticFile* file = find_file(request, request.target_path);
  if (file == nullptr) {
    // Paths of the dashboard's own pages look like directories; a file that is missing is missing.
    const std::size_t slash = request.target_path.rfind('/');
    if (request.target_path.find('.', slash) != std::string::npos)
      return plain(404, "there is no such file\n");
    file = find_file(request, "/index.html");
  }
  if (file == nullptr) return page("text/html; charset=utf-8", kPlainPage, "no-cache");
  ServerResponse response = page(file->content_type, file->bytes,
                                 file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.push_back({"Vary", "Accept-Encoding"});
  if (!file->content_encoding.empty()) {
    response.headers.push_back({"Content-Encoding", std::string(file->content_encoding)});
  }
  return response;
}

bool is_api_path(std::string_view path) {
  return path == "/api" || path.starts_with("/api/");
}

}  // namespace

bool Site::never_blocks(const ServerRequest& request) const {
  const std::string_view path = request.target_path;
  if (path == "/api/v1/openapi.yaml" || path.starts_with("/api/v1/reference")) return true;
  return !is_api_path(path) && path != "/readyz";
}

ServerResponse Site::ready() {
  if (draining_) return plain(503, "draining\n");
  const Status database = database_.transact(SqlAccess::kReadOnly, [](SqlSession& session) -> Status {
    TRY(session.query("SELECT 1"));
    return {};
  });
  return database ? plain(200, "ready\n") : plain(503, "the catalog does not answer\n");
}

std::optional<ServerResponse> Site::serve(const ServerRequest& request) {
  const std::string_view path = request.target_path;
  std::optional<ServerResponse> response;
  if (request.method != HttpMethod::kGet) {
    if (is_api_path(path)) return std::nullopt;
    response = plain(405, "only GET is understood here\n");
    response->headers.push_back({"Allow", "GET, HEAD"});
  } else if (path == "/api/v1/openapi.yaml") {
    response = page("application/yaml", openapi_yaml(), "no-cache");
  } else if (path == "/api/v1/reference") {
    response = page("text/html; charset=utf-8", reference_html(), "no-cache");
  } else if (path == "/api/v1/reference.css") {
    response = page("text/css; charset=utf-8", reference_css(), "no-cache");
  } else if (is_api_path(path)) {
    return std::nullopt;
  } else if (path == "/healthz") {
    response = plain(200, "ok\n");
  } else if (path == "/readyz") {
    response = ready();
  } else {
    response = dashboard(request);
  }
  add_security_headers(*response, ContentPolicy::kPages, request.secure);
  return response;
}

}  // namespace skyhold
