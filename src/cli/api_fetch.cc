// Files of the service, as they come: ApiClient::fetch().
#include <charconv>

#include <fmt/format.h>

#include "cli/api_client.h"

namespace skyhold {
namespace {

Error not_understood(const std::string& url) {
  return Error{
      ErrorCode::kUnsupported, fmt::format("{} does not send a file as Skyhold does", url),
      "is this the address of `skyhold serve`, and does a proxy before it pass answers on unchanged?"};
}

// Takes the digits at the front of `text`.
std::optional<std::uint64_t> number_at_front(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take_word(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// "bytes 5-9/10"; the whole may be "*".
std::optional<FileHead> parse_content_range(std::string_view text) {
  if (!take_word(text, "bytes ")) return std::nullopt;
  const auto first = number_at_front(text);
  if (!first || !take_word(text, "-") || !number_at_front(text) || !take_word(text, "/")) return std::nullopt;
  FileHead head{.from = *first, .whole_bytes = std::nullopt};
  if (text == "*") return head;
  head.whole_bytes = number_at_front(text);
  if (!head.whole_bytes || !text.empty()) return std::nullopt;
  return head;
}

std::optional<FileHead> file_head_of(const HttpResponse& response) {
  constexpr int kPartialContent = 206;
  if (response.status == kPartialContent) {
    return parse_content_range(response.header("content-range").value_or(""));
  }
  FileHead head;
  if (auto length = response.header("content-length")) head.whole_bytes = number_at_front(*length);
  return head;
}

}  // namespace

Result<std::string> ApiClient::link_url(const std::string& link) const {
  if (link.starts_with("/api/")) return place_.url + link;
  return fail(not_understood(place_.url));
}

Status ApiClient::fetch(const std::string& link, std::uint64_t from, FileReceiver& receiver) {
  HttpRequest request;
  request.url = TRY(link_url(link));
  if (from > 0) request.headers.push_back({"Range", fmt::format("bytes={}-", from)});
  Status taken;
  request.on_head = [&](const HttpResponse& response) {
    const auto head = file_head_of(response);
    taken = head ? receiver.begin(*head) : fail(not_understood(place_.url));
    return taken.has_value();
  };
  request.on_body = [&](ByteView piece) {
    taken = receiver.take(piece);
    return taken.has_value();
  };
  const auto response = exchange(*transfers_, std::move(request));
  TRY(std::move(taken));
  if (!response) return fail(response.error());
  return {};
}

}  // namespace skyhold
