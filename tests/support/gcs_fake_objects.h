// The objects of the fake Google Cloud Storage: generations, preconditions, checksums and
// retention, without any HTTP.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"

namespace skyhold {

struct GcsFakeObject {
  std::string name;
  std::shared_ptr<const Bytes> bytes;
  std::uint64_t generation = 0;
  std::uint64_t metageneration = 1;
  std::uint32_t crc32c = 0;  // as stated, which damage does not change
  std::string md5;           // base64, likewise
  std::string content_type;
  std::string storage_class;
  std::string kms_key;
  std::string retention_mode;  // "Locked", "Unlocked" or empty
  Instant retain_until;
  Instant created;
  std::uint64_t listed_from = 0;  // the number of the first listing that shows it
};

// A refusal as the API words it.
struct GcsFakeRefusal {
  int status = 0;
  std::string reason;
  std::string message;
};

// "ifGenerationMatch", "ifGenerationNotMatch" and "generation" of a request.
struct GcsFakeConditions {
  std::optional<std::uint64_t> match;  // 0: there is no such object
  std::optional<std::uint64_t> not_match;
  std::optional<std::uint64_t> generation;
};

struct GcsFakeListing {
  std::vector<GcsFakeObject> objects;
  std::vector<std::string> prefixes;
  std::optional<std::string> next_after;  // set: there is more behind this name
};

struct GcsFakeListQuery {
  std::string prefix;
  std::string delimiter;
  std::optional<std::string> after;  // names behind this one only
  std::size_t most = 1000;
};

// One bucket. Thread-safe.
class GcsFakeBucket {
 public:
  explicit GcsFakeBucket(std::shared_ptr<const Clock> clock) : clock_(std::move(clock)) {}

  struct Rules {
    bool one_write_a_second = false;  // per name, 429 otherwise
    std::uint64_t quota_bytes = 0;    // 0: none
    std::uint64_t listed_late = 0;    // a new object is missing from so many listings
  };
  void set_rules(Rules rules);

  // `object` has its bytes and attributes; the rest is filled in, in place.
  std::optional<GcsFakeRefusal> insert(GcsFakeObject& object, const GcsFakeConditions& conditions);
  std::optional<GcsFakeRefusal> find(std::string_view name, const GcsFakeConditions& conditions,
                                     GcsFakeObject& found) const;
  std::optional<GcsFakeRefusal> remove(std::string_view name, const GcsFakeConditions& conditions);
  // Locked: later only. Unlocked: later, or anything with the override.
  std::optional<GcsFakeRefusal> retain(const GcsFakeObject& retention, const GcsFakeConditions& conditions,
                                       bool override_unlocked, GcsFakeObject& changed);
  GcsFakeListing list(const GcsFakeListQuery& query);

  // Behind the service's back: without conditions, rules or retention.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::optional<GcsFakeObject> look_at(std::string_view name) const;
  void place(std::string_view name, ByteView bytes);          // checksums fit
  void damage(std::string_view name, const Bytes& contents);  // checksums stay
  bool erase(std::string_view name);
  void erase_all();

 private:
  std::optional<GcsFakeRefusal> check(std::string_view name, const GcsFakeConditions& conditions,
                                      bool must_be_there) const;
  std::optional<GcsFakeRefusal> check_rate(std::string_view name);
  [[nodiscard]] std::uint64_t total_bytes() const;

  using Moment = std::chrono::steady_clock::time_point;
  const std::shared_ptr<const Clock> clock_;
  mutable std::mutex mutex_;
  Rules rules_;
  std::map<std::string, GcsFakeObject, std::less<>> objects_;
  std::map<std::string, Moment, std::less<>> written_at_;
  std::uint64_t last_generation_ = 0;
  std::uint64_t listings_ = 0;
};

// Sets both checksums to those of the bytes.
void state_checksums(GcsFakeObject& object);

}  // namespace skyhold
