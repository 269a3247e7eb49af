#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server_test_support.h"
#include "tests/support/scratch_directory.h"
#include "tests/support/test_certificates.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

ServerOptions tls_options(const TestCertificates& certificates) {
  ServerOptions options;
  options.certificate_file = certificates.certificate_file.string();
  options.key_file = certificates.key_file.string();
  return options;
}

ServerResponse describe(ServerRequest& request) {
  ServerResponse response;
  response.stream = std::make_unique<PatternSource>(1'000'000);
  response.headers = {{"X-Secure", request.secure ? "yes" : "no"},
                      {"X-Body", std::to_string(request.body.size())}};
  return response;
}

Result<HttpResponse> post(const HttpServer& server, const std::filesystem::path& ca_file,
                          const std::string& body) {
  HttpClientOptions options;
  options.ca_file = ca_file.string();
  HttpClient client(options);
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
  request.body = {as_bytes(body)};
  return client.send(request);
}

TEST(HttpServerTlsTest, SpeaksTlsAndSaysSo) {
  const ScratchDirectory scratch;
  const TestCertificates certificates = make_test_certificates(scratch.path());
  const auto server = start_test_server(tls_options(certificates), describe);
  const auto response = post(*server, certificates.ca_file, std::string(500'000, 'x'));
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(response->header("x-secure"), "yes");
  EXPECT_EQ(response->header("x-body"), "500000");
  EXPECT_EQ(response->body.size(), 1'000'000U);
}

TEST(HttpServerTlsTest, ChangesItsCertificateWhileItRuns) {
  const ScratchDirectory scratch;
  std::filesystem::create_directory(scratch / "old");
  std::filesystem::create_directory(scratch / "new");
  const TestCertificates certificates = make_test_certificates(scratch / "old");
  const TestCertificates fresh = make_test_certificates(scratch / "new");
  const auto server = start_test_server(tls_options(certificates), describe);
  EXPECT_FALSE(post(*server, fresh.ca_file, ""));

  const auto overwrite = std::filesystem::copy_options::overwrite_existing;
  std::filesystem::copy_file(fresh.certificate_file, certificates.certificate_file, overwrite);
  // A certificate with another's key: the old ones stay.
  const Status mismatch = server->reload_certificates();
  ASSERT_FALSE(mismatch);
  EXPECT_EQ(mismatch.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(post(*server, certificates.ca_file, ""));

  std::filesystem::copy_file(fresh.key_file, certificates.key_file, overwrite);
  ASSERT_TRUE(server->reload_certificates());
  EXPECT_TRUE(post(*server, fresh.ca_file, ""));
}

TEST(HttpServerTlsTest, HangsUpOnWhoSpeaksPlainlyOrSaysNothing) {
  const ScratchDirectory scratch;
  ServerOptions options = tls_options(make_test_certificates(scratch.path()));
  options.header_deadline = std::chrono::milliseconds(200);
  const auto server = start_test_server(options, describe);
  RawClient plain(server->port());
  plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(plain.read_response().status, 0);
  RawClient silent(server->port());
  EXPECT_TRUE(silent.hung_up());
  EXPECT_EQ(server->statistics().answered, 0U);
}

TEST(HttpServerTlsTest, SaysWhatIsWrongWithItsFiles) {
  const ScratchDirectory scratch;
  const TestCertificates certificates = make_test_certificates(scratch.path());
  ServerOptions options = tls_options(certificates);
  options.key_file = (scratch / "missing.pem").string();
  EXPECT_EQ(HttpServer::start(options, describe).error().code, ErrorCode::kNotFound);
  options.key_file = certificates.certificate_file.string();
  const auto no_key = HttpServer::start(options, describe);
  ASSERT_FALSE(no_key);
  EXPECT_EQ(no_key.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(no_key.error().message, HasSubstr(options.key_file));
  options.key_file.clear();
  EXPECT_EQ(HttpServer::start(options, describe).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace skyhold
