// JSON of the API, as commands read and write it: nlohmann's stays in api_json.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace skyhold {

// A value of an answer, or a part of one. What is not there, or is of another type than asked for,
// reads as nothing: an older or newer server may leave keys out.
class ApiJson {
 public:
  ApiJson();  // null
  // kCorrupt when it is not JSON.
  static Result<ApiJson> parse(std::string_view text);

  [[nodiscard]] ApiJson operator[](std::string_view key) const;
  [[nodiscard]] bool is_null() const;
  [[nodiscard]] std::vector<ApiJson> items() const;  // of an array
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] bool flag(std::string_view key) const;
  [[nodiscard]] std::int64_t integer(std::string_view key) const;
  [[nodiscard]] std::uint64_t count(std::string_view key) const;  // 0 when it is negative
  [[nodiscard]] std::optional<double> number(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;

  // The same object with other texts or values in it.
  [[nodiscard]] ApiJson with(std::string_view key, const std::vector<ApiJson>& values) const;
  [[nodiscard]] ApiJson with(std::string_view key, std::string_view value) const;

  [[nodiscard]] std::string dump() const;  // on one line

 private:
  friend class ApiObject;
  struct Node;
  explicit ApiJson(std::shared_ptr<const Node> node);
  std::shared_ptr<const Node> node_;
};

// An object to send.
class ApiObject {
 public:
  ApiObject();
  ~ApiObject();
  ApiObject(ApiObject&&) noexcept;
  ApiObject& operator=(ApiObject&&) noexcept;
  ApiObject(const ApiObject&) = delete;
  ApiObject& operator=(const ApiObject&) = delete;

  ApiObject& set(std::string_view key, std::string_view value);
  ApiObject& set(std::string_view key, const char* value) { return set(key, std::string_view(value)); }
  ApiObject& set(std::string_view key, bool value);
  ApiObject& set(std::string_view key, std::int64_t value);
  ApiObject& set(std::string_view key, int value) { return set(key, std::int64_t{value}); }
  ApiObject& set(std::string_view key, const ApiJson& value);
  ApiObject& set(std::string_view key, const ApiObject& value);
  ApiObject& set(std::string_view key, const std::vector<ApiJson>& values);
  ApiObject& set(std::string_view key, const std::vector<std::string>& values);
  // Nothing when there is no value; an empty text is one only when it was given.
  template <typename T>
  ApiObject& set_given(std::string_view key, const std::optional<T>& value) {
    return value ? set(key, *value) : *this;
  }
  ApiObject& set_unless_empty(std::string_view key, std::string_view value) {
    return value.empty() ? *this : set(key, value);
  }
  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::string dump() const;

 private:
  struct Members;
  std::unique_ptr<Members> members_;
};

}  // namespace skyhold
