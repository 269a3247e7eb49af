#include "tests/support/gcs_fake_route.h"

namespace skyhold {
namespace {

// The segments of a path, each decoded after the cut: "%2F" is part of a segment.
std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (path.starts_with('/')) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    segments.push_back(percent_decoded(segment));
    path.remove_prefix(segment.size());
  }
  return segments;
}

}  // namespace

// /storage/v1/b/BUCKET, …/o, …/o/OBJECT; the same behind /download; /upload/…/b/BUCKET/o
GcsFake::Route GcsFake::Route::of(const TestRequest& request) {
  Route route;
  std::vector<std::string> segments = segments_of(request.path());
  bool is_upload = false;
  if (!segments.empty() && (segments.front() == "upload" || segments.front() == "download")) {
    is_upload = segments.front() == "upload";
    segments.erase(segments.begin());
  }
  const std::size_t count = segments.size();
  if (count < 4 || count > 6 || segments[0] != "storage" || segments[1] != "v1" || segments[2] != "b")
    return route;
  route.bucket = segments[3];
  if (count > 4 && segments[4] != "o") return route;
  if (count > 5) route.object = segments[5];
  const bool is_get = request.method == "GET";
  if (is_upload) {
    if (count == 5 && !is_get) route.kind = Kind::kUpload;
  } else if (count == 4 && is_get) {
    route.kind = Kind::kBucket;
  } else if (count == 5 && is_get) {
    route.kind = Kind::kList;
  } else if (count == 6 && !route.object.empty() && request.method == "PATCH") {
    route.kind = Kind::kPatch;
  } else if (count == 6 && !route.object.empty() && (is_get || request.method == "DELETE")) {
    route.kind = is_get ? Kind::kGet : Kind::kRemove;
  }
  return route;
}

std::string GcsFake::Route::permission() const {
  switch (kind) {
    case Kind::kBucket: return "storage.buckets.get";
    case Kind::kList: return "storage.objects.list";
    case Kind::kRemove: return "storage.objects.delete";
    case Kind::kUpload: return "storage.objects.create";
    case Kind::kPatch: return "storage.objects.update";
    case Kind::kGet:
    case Kind::kUnknown: break;
  }
  return "storage.objects.get";
}

}  // namespace skyhold
