#include "stores/file_url.h"

#include <cctype>

#include <fmt/format.h>

#include "base/encoding.h"

namespace skyhold {
namespace {

constexpr std::string_view kScheme = "file://";

bool stands_for_itself(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-._~/+,=@:").find(c) != std::string_view::npos;
}

Result<std::string> percent_decode(std::string_view text, std::string_view url) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const Result<Bytes> byte = hex_decode(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1 || byte->front() == 0) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("\"{}\" has a '%' that begins no valid escape", url),
                  "write a percent sign in a path as %25");
    }
    decoded.push_back(static_cast<char>(byte->front()));
    i += 2;
  }
  return decoded;
}

}  // namespace

std::string file_url(const std::filesystem::path& path) {
  std::string url(kScheme);
  for (const char c : path.string()) {
    url += stands_for_itself(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return url;
}

Result<std::filesystem::path> parse_file_url(std::string_view url) {
  const auto refuse = [&](std::string_view why, std::string hint) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" {}", url, why), std::move(hint));
  };
  if (!url.starts_with(kScheme)) return refuse("is not a file:// URL", "write file:///directory");
  std::string_view rest = url.substr(kScheme.size());
  constexpr std::string_view kThisHost = "localhost/";
  if (rest.starts_with(kThisHost)) rest.remove_prefix(kThisHost.size() - 1);
  if (!rest.starts_with('/')) {
    return refuse("does not name an absolute path of this machine",
                  fmt::format("three slashes begin one: file:///{}", rest));
  }
  if (rest.find_first_of("?#") != std::string_view::npos) {
    return refuse("has a query or fragment", "write '?' in a path as %3F and '#' as %23");
  }
  std::filesystem::path path = std::filesystem::path(TRY(percent_decode(rest, url))).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  if (path == path.root_path())
    return refuse("names no directory below /", "give the store a directory of its own");
  return path;
}

}  // namespace skyhold
