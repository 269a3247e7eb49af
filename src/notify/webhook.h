// A notice as a webhook: what is posted, and how a receiver knows that it is from us.
//
//   POST, Content-Type: application/json
//   Skyhold-Event-Id:   nm_…              the same at each attempt: who has seen it may drop it
//   Skyhold-Timestamp:  1795395600        seconds since 1970, of this attempt
//   Skyhold-Signature:  v1=<hex>          HMAC-SHA256(secret, timestamp + "." + body)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "http/client.h"
#include "notify/notifications.h"

namespace skyhold {

// "v1=" and 64 hexadecimal digits. The key is the text of the secret as it was shown.
std::string webhook_signature(std::string_view secret, std::string_view timestamp, std::string_view body);
// One JSON object; `public_url` comes before the page.
std::string webhook_body(const Delivery& delivery, std::string_view public_url);
std::vector<HttpHeader> webhook_headers(std::string_view id, std::string_view secret, std::string_view body,
                                        Instant now);

// What it answered: "200 OK". Every status but 2xx is a failure, redirects too.
Result<std::string> post_webhook(HttpClient& client, const Outgoing& outgoing, std::string_view public_url,
                                 Instant now, const CancelToken& cancel);

}  // namespace skyhold
