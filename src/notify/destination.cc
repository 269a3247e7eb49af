#include "notify/destination.h"

#include <algorithm>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/utf8.h"
#include "model/enum_names.h"

namespace skyhold {
namespace {

constexpr EnumNames<DestinationKind, 2> kKinds{
    {{DestinationKind::kEmail, "email"}, {DestinationKind::kWebhook, "webhook"}}};

constexpr std::size_t kMostAddressBytes = 254;
constexpr std::size_t kMostLocalPartBytes = 64;
constexpr std::size_t kMostUrlBytes = 2000;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// What needs no quotes in a local part (RFC 5321), and what domains are made of.
bool is_local_part(std::string_view text) {
  if (text.empty() || text.size() > kMostLocalPartBytes || text.front() == '.' || text.back() == '.')
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) ||
           std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
  });
}
bool is_domain(std::string_view text) {
  if (text.empty() || !is_letter_or_digit(text.front()) || !is_letter_or_digit(text.back())) return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.'; });
}

Status check_name(std::string_view name) {
  const bool one_line = std::all_of(name.begin(), name.end(),
                                    [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; });
  if (is_utf8(name) && one_line && name.size() <= kMostDestinationNameBytes) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("a destination's name is one line of at most {} bytes", kMostDestinationNameBytes),
              "choose a shorter one");
}

Status check_addresses(const std::vector<std::string>& addresses) {
  if (addresses.empty() || addresses.size() > kMostAddresses) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("mail goes to 1 to {} addresses", kMostAddresses),
                "give at least one, or use a mailing list");
  }
  for (const std::string& address : addresses) TRY(check_mail_address(address));
  std::vector<std::string> sorted = addresses;
  std::sort(sorted.begin(), sorted.end());
  const auto doubled = std::adjacent_find(sorted.begin(), sorted.end());
  if (doubled == sorted.end()) return {};
  return fail(ErrorCode::kInvalidArgument, fmt::format("{} is there twice", *doubled),
              "give each address once");
}

}  // namespace

std::string_view to_string(DestinationKind kind) {
  return enum_name(kKinds, kind);
}

Result<DestinationKind> parse_destination_kind(std::string_view text) {
  return parse_enum(kKinds, "a kind of destination", text);
}

bool Destination::wants(NoticeKind event) const {
  return std::find(events.begin(), events.end(), choice_of(event)) != events.end();
}

Status check_mail_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  const bool good = at != std::string_view::npos && address.size() <= kMostAddressBytes &&
                    is_local_part(address.substr(0, at)) && is_domain(address.substr(at + 1));
  if (good) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("\"{}\" is no mail address", is_utf8(address) ? address.substr(0, 100) : "?"),
              "write it like ada@example.com, without a name");
}

Status check_webhook_url(std::string_view url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), &curl_url_cleanup);
  const bool printable = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
  const std::string text(url);
  const auto part = [&parsed](CURLUPart which) {
    char* found = nullptr;
    if (curl_url_get(parsed.get(), which, &found, 0) != CURLUE_OK) return std::string();
    std::string copy = found;
    curl_free(found);
    return copy;
  };
  const bool is_url =
      printable && url.size() <= kMostUrlBytes && parsed != nullptr &&
      curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
  const std::string scheme = is_url ? part(CURLUPART_SCHEME) : "";
  if ((scheme != "https" && scheme != "http") || part(CURLUPART_HOST).empty()) {
    return fail(ErrorCode::kInvalidArgument, "the address of a webhook is no URL of http or https",
                "write it like https://hooks.example.com/skyhold, with everything unusual percent-encoded");
  }
  if (part(CURLUPART_USER).empty() && part(CURLUPART_PASSWORD).empty()) return {};
  return fail(ErrorCode::kInvalidArgument, "the URL of a webhook holds a user or password",
              "leave them out: each call is signed with a secret of its own");
}

Status check_destination(const Destination& destination) {
  TRY(check_name(destination.name));
  if (destination.events.empty()) {
    return fail(ErrorCode::kInvalidArgument, "no event is chosen", "choose at least one, or switch it off");
  }
  if (destination.kind == DestinationKind::kWebhook) return check_webhook_url(destination.url);
  return check_addresses(destination.addresses);
}

}  // namespace skyhold
