#include "notify/webhook.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/encoding.h"
#include "crypto/hmac.h"
#include "notify/fit_line.h"

namespace skyhold {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMostAnswerBytes = std::uint64_t{64} << 10;
constexpr std::size_t kMostShownBytes = 200;

tl::unexpected<Error> refusal(const HttpResponse& response) {
  if (response.status >= 300 && response.status < 400) {
    return fail(ErrorCode::kUnavailable, fmt::format("it answered {}, a redirect", response.status),
                "redirects are not followed: give the address that it leads to");
  }
  const std::string said = fit_line(as_text(response.body), kMostShownBytes);
  return fail(ErrorCode::kUnavailable,
              fmt::format("it answered {}{}{}", response.status, said.empty() ? "" : ": ", said));
}

}  // namespace

std::string webhook_signature(std::string_view secret, std::string_view timestamp, std::string_view body) {
  const std::string signed_text = fmt::format("{}.{}", timestamp, body);
  return "v1=" + hex_encode(hmac_sha256(as_bytes(secret), as_bytes(signed_text)));
}

std::string webhook_body(const Delivery& delivery, std::string_view public_url) {
  const Notice& notice = delivery.notice;
  Json json{{"version", 1},
            {"id", delivery.id},
            {"event", to_string(notice.kind)},
            {"project", notice.project},
            {"branch", notice.branch},
            {"backup", notice.backup},
            {"job", notice.job},
            {"time", format_rfc3339(notice.at)},
            {"since", nullptr},
            {"subject", notice.subject},
            {"text", notice.text},
            {"url", ""}};
  if (notice.since) json["since"] = format_rfc3339(*notice.since);
  if (!public_url.empty()) json["url"] = fmt::format("{}{}", public_url, notice.page);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<HttpHeader> webhook_headers(std::string_view id, std::string_view secret, std::string_view body,
                                        Instant now) {
  const std::string timestamp =
      fmt::format("{}", std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count());
  return {{"Content-Type", "application/json"},
          {"Skyhold-Event-Id", std::string(id)},
          {"Skyhold-Timestamp", timestamp},
          {"Skyhold-Signature", webhook_signature(secret, timestamp, body)}};
}

Result<std::string> post_webhook(HttpClient& client, const Outgoing& outgoing, std::string_view public_url,
                                 Instant now, const CancelToken& cancel) {
  const std::string body = webhook_body(outgoing.delivery, public_url);
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = outgoing.destination.url;
  request.headers = webhook_headers(outgoing.delivery.id, outgoing.secret, body, now);
  request.body = {as_bytes(body)};
  request.most_response_bytes = kMostAnswerBytes;
  request.cancel = &cancel;
  // What it says of a success is of no interest, however long it goes on.
  int accepted = 0;
  request.on_head = [&accepted](const HttpResponse& head) {
    accepted = head.status;
    return true;
  };
  request.on_body = [](ByteView) { return false; };
  const Result<HttpResponse> response = client.send(request);
  if (accepted != 0) return fmt::format("HTTP {}", accepted);
  if (!response) return fail(response.error());
  if (!response->ok()) return refusal(*response);
  return fmt::format("HTTP {}", response->status);
}

}  // namespace skyhold
