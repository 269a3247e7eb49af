// What the parts of the fake Google Cloud Storage share about one request.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tests/support/gcs_fake.h"

namespace skyhold {

GcsFakeConditions gcs_fake_conditions(const TestRequest& request);

// "retention" of an object's metadata, when it is there.
std::optional<GcsFakeRefusal> read_fake_retention(const nlohmann::json& metadata, const Clock& clock,
                                                  GcsFakeObject& object);

// Which call of the API a request is.
struct GcsFake::Route {
  enum class Kind { kUnknown, kBucket, kList, kGet, kRemove, kUpload, kPatch };
  Kind kind = Kind::kUnknown;
  std::string bucket;
  std::string object;

  static Route of(const TestRequest& request);
  [[nodiscard]] bool writes() const {
    return kind == Kind::kRemove || kind == Kind::kUpload || kind == Kind::kPatch;
  }
  [[nodiscard]] std::string permission() const;
};

// The faults that one request meets.
struct GcsFake::Luck {
  GcsFaults faults;
  bool is_unavailable = false;
  bool is_too_many = false;
  bool hangs_up = false;
  bool loses_answer = false;
  bool cuts_answer = false;
  bool flips_bit = false;
  bool damages_upload = false;
  std::uint64_t place = 0;  // of the flipped bit
};

}  // namespace skyhold
