// What the parts of the fake Google Cloud Storage share about one request.
#pragma once

#include <string>
#include <vector>

#include "tests/support/gcs_fake.h"

namespace skyhold {

GcsFakeConditions gcs_fake_conditions(const TestRequest& request);

// Which call of the API a request is.
struct GcsFake::Route {
  enum class Kind { kUnknown, kBucket, kList, kGet, kRemove, kUpload };
  Kind kind = Kind::kUnknown;
  std::string bucket;
  std::string object;

  static Route of(const TestRequest& request);
  [[nodiscard]] bool writes() const { return kind == Kind::kRemove || kind == Kind::kUpload; }
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
