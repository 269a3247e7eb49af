// What an answer of the JSON API that is no success means to a caller of ObjectStore.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

namespace skyhold {

// The call that failed, in the words of its error.
struct GcsCall {
  std::string action;           // "write data/ab/abcd"
  std::string_view permission;  // what it needs: "storage.objects.create"
  std::string bucket;
  std::string who;  // the description of the credentials
  bool writes = false;
};

Error gcs_error(const HttpResponse& answer, const GcsCall& call);

}  // namespace skyhold
