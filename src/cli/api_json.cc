#include "cli/api_json.h"

#include <nlohmann/json.hpp>

namespace skyhold {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostDepth = 64;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

// A part keeps the whole alive that it lies in.
struct ApiJson::Node {
  std::shared_ptr<const Json> whole;
  const Json* part;
};

ApiJson::ApiJson() {
  static const auto null = std::make_shared<const Json>();
  node_ = std::make_shared<const Node>(Node{null, null.get()});
}

ApiJson::ApiJson(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

Result<ApiJson> ApiJson::parse(std::string_view text) {
  bool too_deep = false;
  const auto bounded = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kMostDepth;
    return !too_deep;
  };
  auto whole = std::make_shared<const Json>(Json::parse(text, bounded, false));
  if (too_deep || whole->is_discarded()) {
    return fail(ErrorCode::kCorrupt, "the server's answer is not JSON", "is this the address of Skyhold?");
  }
  const Json* const part = whole.get();
  return ApiJson(std::make_shared<const Node>(Node{std::move(whole), part}));
}

ApiJson ApiJson::operator[](std::string_view key) const {
  if (!node_->part->is_object()) return {};
  const auto found = node_->part->find(key);
  if (found == node_->part->end()) return {};
  return ApiJson(std::make_shared<const Node>(Node{node_->whole, &*found}));
}

bool ApiJson::is_null() const {
  return node_->part->is_null();
}

std::vector<ApiJson> ApiJson::items() const {
  std::vector<ApiJson> result;
  if (!node_->part->is_array()) return result;
  for (const Json& item : *node_->part) {
    result.push_back(ApiJson(std::make_shared<const Node>(Node{node_->whole, &item})));
  }
  return result;
}

std::string ApiJson::text() const {
  return node_->part->is_string() ? node_->part->get<std::string>() : std::string();
}

std::string ApiJson::text(std::string_view key) const {
  return (*this)[key].text();
}

bool ApiJson::flag(std::string_view key) const {
  const ApiJson value = (*this)[key];
  return value.node_->part->is_boolean() && value.node_->part->get<bool>();
}

std::int64_t ApiJson::integer(std::string_view key) const {
  const ApiJson value = (*this)[key];
  return value.node_->part->is_number_integer() ? value.node_->part->get<std::int64_t>() : 0;
}

std::uint64_t ApiJson::count(std::string_view key) const {
  const std::int64_t value = integer(key);
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

std::optional<double> ApiJson::number(std::string_view key) const {
  const ApiJson value = (*this)[key];
  if (!value.node_->part->is_number()) return std::nullopt;
  return value.node_->part->get<double>();
}

std::vector<std::string> ApiJson::texts(std::string_view key) const {
  std::vector<std::string> result;
  for (const ApiJson& item : (*this)[key].items()) result.push_back(item.text());
  return result;
}

ApiJson ApiJson::with(std::string_view key, const std::vector<ApiJson>& values) const {
  Json array = Json::array();
  for (const ApiJson& value : values) array.push_back(*value.node_->part);
  auto changed = std::make_shared<Json>(*node_->part);
  (*changed)[std::string(key)] = std::move(array);
  const Json* const part = changed.get();
  return ApiJson(std::make_shared<const Node>(Node{std::move(changed), part}));
}

ApiJson ApiJson::with(std::string_view key, std::string_view value) const {
  auto changed = std::make_shared<Json>(*node_->part);
  (*changed)[std::string(key)] = value;
  const Json* const part = changed.get();
  return ApiJson(std::make_shared<const Node>(Node{std::move(changed), part}));
}

std::string ApiJson::dump() const {
  return dumped(*node_->part);
}

struct ApiObject::Members {
  Json json = Json::object();
};

ApiObject::ApiObject() : members_(std::make_unique<Members>()) {}
ApiObject::~ApiObject() = default;
ApiObject::ApiObject(ApiObject&&) noexcept = default;
ApiObject& ApiObject::operator=(ApiObject&&) noexcept = default;

ApiObject& ApiObject::set(std::string_view key, std::string_view value) {
  members_->json[std::string(key)] = value;
  return *this;
}

ApiObject& ApiObject::set(std::string_view key, bool value) {
  members_->json[std::string(key)] = value;
  return *this;
}

ApiObject& ApiObject::set(std::string_view key, std::int64_t value) {
  members_->json[std::string(key)] = value;
  return *this;
}

ApiObject& ApiObject::set(std::string_view key, const ApiJson& value) {
  members_->json[std::string(key)] = *value.node_->part;
  return *this;
}

ApiObject& ApiObject::set(std::string_view key, const ApiObject& value) {
  members_->json[std::string(key)] = value.members_->json;
  return *this;
}

ApiObject& ApiObject::set(std::string_view key, const std::vector<ApiJson>& values) {
  Json array = Json::array();
  for (const ApiJson& value : values) array.push_back(*value.node_->part);
  members_->json[std::string(key)] = std::move(array);
  return *this;
}

ApiObject& ApiObject::set(std::string_view key, const std::vector<std::string>& values) {
  members_->json[std::string(key)] = values;
  return *this;
}

bool ApiObject::empty() const {
  return members_->json.empty();
}

std::string ApiObject::dump() const {
  return dumped(members_->json);
}

}  // namespace skyhold
