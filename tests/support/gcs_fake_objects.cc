#include "tests/support/gcs_fake_objects.h"

#include <algorithm>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "base/encoding.h"
#include "crypto/crc32c.h"

namespace skyhold {
namespace {

GcsFakeRefusal no_such_object(std::string_view name) {
  return {404, "notFound", fmt::format("No such object: {}", name)};
}

GcsFakeRefusal condition_not_met() {
  return {412, "conditionNotMet", "At least one of the pre-conditions you specified did not hold."};
}

}  // namespace

void state_checksums(GcsFakeObject& object) {
  object.crc32c = crc32c(*object.bytes);
  Bytes digest(16);
  unsigned length = 0;
  EVP_Digest(object.bytes->data(), object.bytes->size(), digest.data(), &length, EVP_md5(), nullptr);
  object.md5 = base64_encode(digest);
}

void GcsFakeBucket::set_rules(Rules rules) {
  const std::scoped_lock lock(mutex_);
  rules_ = rules;
}

std::optional<GcsFakeRefusal> GcsFakeBucket::check(std::string_view name, const GcsFakeConditions& conditions,
                                                   bool must_be_there) const {
  const auto found = objects_.find(name);
  const std::uint64_t live = found == objects_.end() ? 0 : found->second.generation;
  if (must_be_there && (live == 0 || conditions.generation.value_or(live) != live))
    return no_such_object(name);
  if (conditions.match && *conditions.match != live) return condition_not_met();
  if (conditions.not_match && *conditions.not_match == live) return condition_not_met();
  return std::nullopt;
}

// "One write a second per object name" counts what replaces and what removes alike.
std::optional<GcsFakeRefusal> GcsFakeBucket::check_rate(std::string_view name) {
  if (!rules_.one_write_a_second) return std::nullopt;
  const Moment now = std::chrono::steady_clock::now();
  const auto before = written_at_.find(name);
  if (before != written_at_.end() && now - before->second < std::chrono::seconds(1)) {
    return GcsFakeRefusal{429, "rateLimitExceeded",
                          fmt::format("The object {} exceeded the rate limit for object mutation operations "
                                      "(create, update, and delete). Please reduce your request rate.",
                                      name)};
  }
  written_at_[std::string(name)] = now;
  return std::nullopt;
}

std::uint64_t GcsFakeBucket::total_bytes() const {
  std::uint64_t total = 0;
  for (const auto& [name, object] : objects_) total += object.bytes->size();
  return total;
}

std::optional<GcsFakeRefusal> GcsFakeBucket::insert(GcsFakeObject& object,
                                                    const GcsFakeConditions& conditions) {
  const std::scoped_lock lock(mutex_);
  if (auto refusal = check(object.name, conditions, false)) return refusal;
  const auto old = objects_.find(object.name);
  if (old != objects_.end() && old->second.retain_until > clock_->now()) {
    return GcsFakeRefusal{403, "retentionPolicyNotMet",
                          fmt::format("Object {} is under retention and cannot be overwritten", object.name)};
  }
  if (rules_.quota_bytes != 0 && total_bytes() + object.bytes->size() > rules_.quota_bytes) {
    return GcsFakeRefusal{403, "quotaExceeded", "The project has exceeded its storage quota."};
  }
  if (auto refusal = check_rate(object.name)) return refusal;
  const Instant now = clock_->now();
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
  last_generation_ = std::max(last_generation_ + 1, static_cast<std::uint64_t>(micros));
  object.generation = last_generation_;
  object.created = now;
  object.listed_from = listings_ + 1 + rules_.listed_late;
  objects_[object.name] = object;
  return std::nullopt;
}

std::optional<GcsFakeRefusal> GcsFakeBucket::find(std::string_view name, const GcsFakeConditions& conditions,
                                                  GcsFakeObject& found) const {
  const std::scoped_lock lock(mutex_);
  if (auto refusal = check(name, conditions, true)) return refusal;
  found = objects_.find(name)->second;
  return std::nullopt;
}

std::optional<GcsFakeRefusal> GcsFakeBucket::remove(std::string_view name,
                                                    const GcsFakeConditions& conditions) {
  const std::scoped_lock lock(mutex_);
  if (auto refusal = check(name, conditions, true)) return refusal;
  const auto found = objects_.find(name);
  if (found->second.retain_until > clock_->now()) {
    return GcsFakeRefusal{403, "retentionPolicyNotMet",
                          fmt::format("Object {} is under retention until {} and cannot be deleted", name,
                                      format_rfc3339(found->second.retain_until))};
  }
  if (auto refusal = check_rate(name)) return refusal;
  objects_.erase(found);
  return std::nullopt;
}

std::optional<GcsFakeRefusal> GcsFakeBucket::retain(const GcsFakeObject& retention,
                                                    const GcsFakeConditions& conditions,
                                                    bool override_unlocked, GcsFakeObject& changed) {
  const std::scoped_lock lock(mutex_);
  if (auto refusal = check(retention.name, conditions, true)) return refusal;
  GcsFakeObject& object = objects_.find(retention.name)->second;
  const bool was_locked = object.retention_mode == "Locked";
  const bool keeps_mode = object.retention_mode.empty() || object.retention_mode == retention.retention_mode;
  const bool only_extends = keeps_mode && retention.retain_until >= object.retain_until;
  if (!only_extends && (was_locked || !override_unlocked)) {
    return GcsFakeRefusal{
        403, "retentionPolicyNotMet",
        fmt::format("Object {} has a retention that cannot be reduced or changed to another "
                    "mode{}",
                    object.name, was_locked ? "" : " without overrideUnlockedRetention")};
  }
  if (auto refusal = check_rate(object.name)) return refusal;
  object.retention_mode = retention.retention_mode;
  object.retain_until = retention.retain_until;
  ++object.metageneration;
  changed = object;
  return std::nullopt;
}

GcsFakeListing GcsFakeBucket::list(const GcsFakeListQuery& query) {
  const std::scoped_lock lock(mutex_);
  if (!query.after || query.after->empty()) ++listings_;
  GcsFakeListing listing;
  std::string last;
  auto next = query.after ? objects_.upper_bound(*query.after) : objects_.lower_bound(query.prefix);
  for (; next != objects_.end(); ++next) {
    const auto& [name, object] = *next;
    if (!name.starts_with(query.prefix)) {
      if (name < query.prefix) continue;
      break;
    }
    if (object.listed_from > listings_) continue;
    const std::size_t cut =
        query.delimiter.empty() ? std::string::npos : name.find(query.delimiter, query.prefix.size());
    if (cut != std::string::npos && !listing.prefixes.empty() && name.starts_with(listing.prefixes.back())) {
      last = name;
      continue;
    }
    if (listing.objects.size() + listing.prefixes.size() >= query.most) {
      listing.next_after = last;
      return listing;
    }
    if (cut == std::string::npos) {
      listing.objects.push_back(object);
    } else {
      listing.prefixes.push_back(name.substr(0, cut + query.delimiter.size()));
    }
    last = name;
  }
  return listing;
}

std::vector<std::string> GcsFakeBucket::names() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, object] : objects_) names.push_back(name);
  return names;
}

std::optional<GcsFakeObject> GcsFakeBucket::look_at(std::string_view name) const {
  const std::scoped_lock lock(mutex_);
  const auto found = objects_.find(name);
  if (found == objects_.end()) return std::nullopt;
  return found->second;
}

void GcsFakeBucket::place(std::string_view name, ByteView bytes) {
  GcsFakeObject object;
  object.name = name;
  object.bytes = std::make_shared<const Bytes>(to_bytes(bytes));
  object.content_type = "application/octet-stream";
  object.storage_class = "STANDARD";
  state_checksums(object);
  const std::scoped_lock lock(mutex_);
  object.generation = ++last_generation_;
  object.created = clock_->now();
  objects_[object.name] = object;
}

void GcsFakeBucket::damage(std::string_view name, const Bytes& contents) {
  const std::scoped_lock lock(mutex_);
  const auto found = objects_.find(name);
  if (found != objects_.end()) found->second.bytes = std::make_shared<const Bytes>(contents);
}

bool GcsFakeBucket::erase(std::string_view name) {
  const std::scoped_lock lock(mutex_);
  const auto found = objects_.find(name);
  if (found == objects_.end()) return false;
  objects_.erase(found);
  return true;
}

void GcsFakeBucket::erase_all() {
  const std::scoped_lock lock(mutex_);
  objects_.clear();
}

}  // namespace skyhold
