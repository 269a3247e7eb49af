// What readers of restic's large JSON files share: they hear the parser and keep only what they want.
// As a tree of JSON values, a list of ids takes several times its own bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/result.h"

namespace skyhold {

// `Place` is an enumeration of the objects and arrays that the reader tells apart; its first value
// is the place outside of all of them.
template <typename Place>
class SaxReader : public nlohmann::json::json_sax_t {
 public:
  bool null() override { return other_value(); }
  bool boolean(bool) override { return other_value(); }
  bool number_integer(number_integer_t) override { return other_value(); }
  bool number_unsigned(number_unsigned_t) override { return other_value(); }
  bool number_float(number_float_t, const string_t&) override { return other_value(); }
  bool binary(binary_t&) override { return other_value(); }

  bool key(string_t& value) override {
    key_ = value;
    return true;
  }

  bool end_array() override {
    leave();
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& problem) override {
    return refuse(problem.what());
  }

  // Hears all of `text`, or as much as comes before what it refuses.
  Status read(ByteView text) {
    // What the parser returns says no more than the error does.
    static_cast<void>(nlohmann::json::sax_parse(text.begin(), text.end(), this));
    if (error_) return fail(*error_);
    return {};
  }

 protected:
  explicit SaxReader(std::string_view what) : what_(what) {}

  // A value that the reader keeps nothing of. Where only objects may be, say, it is out of place.
  virtual bool other_value() = 0;

  [[nodiscard]] Place place() const { return places_.empty() ? Place{} : places_.back(); }
  [[nodiscard]] const std::string& key() const { return key_; }

  bool enter(Place place) {
    places_.push_back(place);
    return true;
  }

  Place leave() {
    const Place left = place();
    places_.pop_back();
    return left;
  }

  // Ends the reading, as do all that return false.
  bool refuse(std::string_view problem) {
    return stop(fail(ErrorCode::kCorrupt, fmt::format("{}: {}", what_, problem)));
  }

  template <typename Value>
  bool keep(Result<Value> value, std::optional<Value>& in) {
    if (!value) return stop(fail(std::move(value).error()));
    in = std::move(*value);
    return true;
  }

  bool stop(tl::unexpected<Error> error) {
    if (!error_) error_ = std::move(error.value());
    return false;
  }

 private:
  const std::string_view what_;
  std::vector<Place> places_;
  std::string key_;
  std::optional<Error> error_;
};

}  // namespace skyhold
