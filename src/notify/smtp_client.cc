#include "notify/smtp_client.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "io/durable_file.h"
#include "notify/fit_line.h"

namespace skyhold {
namespace {

constexpr long kConnectSeconds = 10;
constexpr long kMostSeconds = 30;
constexpr std::size_t kMostAnswerBytes = 300;
constexpr std::size_t kMostPasswordBytes = 1000;

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(easy, option, value);
  SKYHOLD_ASSERT(code == CURLE_OK);
}

// What curl reads and hears while it speaks to the server.
struct Conversation {
  std::string_view rest;
  std::string last_line;  // of the server
  const CancelToken* cancel = nullptr;

  static std::size_t read(char* to, std::size_t size, std::size_t count, void* conversation) {
    std::string_view& rest = static_cast<Conversation*>(conversation)->rest;
    const std::size_t given = std::min(size * count, rest.size());
    if (given > 0) std::memcpy(to, rest.data(), given);
    rest.remove_prefix(given);
    return given;
  }
  static std::size_t hear(char* data, std::size_t size, std::size_t count, void* conversation) {
    const std::string_view line(data, size * count);
    // Its farewell says nothing of the mail.
    if (line.starts_with("221")) return size * count;
    static_cast<Conversation*>(conversation)->last_line = fit_line(line, kMostAnswerBytes);
    return size * count;
  }
  static int ask(void* conversation, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<const Conversation*>(conversation)->cancel->cancelled() ? 1 : 0;
  }
};

Result<std::string> read_password(const MailSettings& settings) {
  const Result<Bytes> bytes = read_file(settings.password_file, kMostPasswordBytes);
  if (!bytes) return fail(bytes.error().in("reading the password of the mail server"));
  std::string password(as_text(*bytes));
  while (!password.empty() && (password.back() == '\n' || password.back() == '\r')) password.pop_back();
  return password;
}

std::string host_of(const std::string& server) {
  const std::size_t begin = server.find("://") + 3;
  return server.substr(begin, server.find('/', begin) - begin);
}

Error error_of(CURLcode code, const std::string& details, const Conversation& heard,
               const MailSettings& settings) {
  const std::string host = host_of(settings.server);
  const std::string reason = details.empty() ? curl_easy_strerror(code) : details;
  const bool refused = heard.last_line.starts_with('4') || heard.last_line.starts_with('5');
  switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
      return {ErrorCode::kCancelled, fmt::format("the mail to {} was ended from here", host), {}, {}};
    case CURLE_LOGIN_DENIED:
      return {
          ErrorCode::kPermissionDenied,
          fmt::format("the mail server {} does not let us in: {}", host, refused ? heard.last_line : reason),
          "look at mail.user and the file of mail.password_file",
          {}};
    case CURLE_USE_SSL_FAILED:
      return {ErrorCode::kPermissionDenied,
              fmt::format("the mail server {} does not offer STARTTLS", host),
              "use smtps://, or say mail.starttls = \"optional\" if mail may travel in the clear",
              {}};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return {ErrorCode::kPermissionDenied,
              fmt::format("the TLS certificate of the mail server {} is not to be trusted: {}", host, reason),
              "if it has a certificate authority of its own, name its file as mail.ca_file",
              {}};
    default: break;
  }
  if (refused) {
    return {ErrorCode::kUnavailable,
            fmt::format("the mail server {} refused: {}", host, heard.last_line),
            {},
            {}};
  }
  return {ErrorCode::kUnavailable,
          fmt::format("cannot send through the mail server {}: {}", host, reason),
          "check mail.server and the network",
          {}};
}

struct Addresses {
  curl_slist* list = nullptr;
  explicit Addresses(const std::string& one) : list(curl_slist_append(nullptr, one.c_str())) {
    SKYHOLD_ASSERT(list != nullptr);
  }
  ~Addresses() { curl_slist_free_all(list); }
  Addresses(const Addresses&) = delete;
  Addresses& operator=(const Addresses&) = delete;
};

}  // namespace

Result<std::string> send_mail(const MailSettings& settings, const SmtpMail& mail, const CancelToken& cancel) {
  const std::string password = settings.user.empty() ? std::string() : TRY(read_password(settings));
  // They outlive the handle, which may say farewell to the server when it goes.
  Conversation conversation{mail.content, {}, &cancel};
  const Addresses receivers(fmt::format("<{}>", mail.to));
  std::array<char, CURL_ERROR_SIZE> details{};
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> owner(curl_easy_init(), &curl_easy_cleanup);
  CURL* const easy = owner.get();
  SKYHOLD_ASSERT(easy != nullptr);

  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set(easy, CURLOPT_URL, settings.server.c_str());
  set(easy, CURLOPT_USE_SSL, static_cast<long>(settings.starttls_required ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  if (!settings.ca_file.empty()) {
    set(easy, CURLOPT_CAINFO, settings.ca_file.c_str());
    set(easy, CURLOPT_CAPATH, nullptr);
  }
  if (!settings.user.empty()) {
    set(easy, CURLOPT_USERNAME, settings.user.c_str());
    set(easy, CURLOPT_PASSWORD, password.c_str());
  }
  set(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  set(easy, CURLOPT_TIMEOUT, kMostSeconds);
  set(easy, CURLOPT_MAIL_FROM, fmt::format("<{}>", mail.from).c_str());
  set(easy, CURLOPT_MAIL_RCPT, receivers.list);
  set(easy, CURLOPT_UPLOAD, 1L);
  set(easy, CURLOPT_READFUNCTION, &Conversation::read);
  set(easy, CURLOPT_READDATA, &conversation);
  set(easy, CURLOPT_HEADERFUNCTION, &Conversation::hear);
  set(easy, CURLOPT_HEADERDATA, &conversation);
  set(easy, CURLOPT_NOPROGRESS, 0L);
  set(easy, CURLOPT_XFERINFOFUNCTION, &Conversation::ask);
  set(easy, CURLOPT_XFERINFODATA, &conversation);
  set(easy, CURLOPT_ERRORBUFFER, details.data());

  const CURLcode code = curl_easy_perform(easy);
  if (code != CURLE_OK) return fail(error_of(code, details.data(), conversation, settings));
  return conversation.last_line;
}

}  // namespace skyhold
