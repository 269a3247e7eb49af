// What attachments say their files are, each type's text kept once: a filestore has a million files.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace skyhold {

// Small numbers for "image/png" and the like. Not thread-safe.
class Mimetypes {
 public:
  using Number = std::uint16_t;
  static constexpr Number kUnknown = 0;
  // Odoo knows a few dozen; people may write into the column what they like.
  static constexpr std::size_t kMostTypes = 4096;

  Mimetypes() : names_{""} {}

  // Without parameters and in small letters: "Text/Plain; charset=utf-8" is "text/plain". kUnknown for
  // what is no type, and once there are kMostTypes.
  Number number_of(std::string_view text);
  // "" of kUnknown.
  [[nodiscard]] const std::string& name(Number number) const { return names_.at(number); }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

 private:
  std::vector<std::string> names_;
  std::map<std::string, Number, std::less<>> numbers_;
};

}  // namespace skyhold
