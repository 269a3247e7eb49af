// What is no request, or could be read as two: refused, told why, and the connection closed.
#include <array>
#include <atomic>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server_test_support.h"

namespace skyhold {
namespace {

using testing::HasSubstr;

struct Malformed {
  const char* what;
  std::string request;
  int status;
};

std::string with_headers(const std::string& headers, const std::string& body = "") {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

std::vector<Malformed> framing() {
  const std::string smuggled = "0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  return {
      {"length and chunks", with_headers("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", smuggled),
       400},
      {"chunks and length", with_headers("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", smuggled),
       400},
      {"two lengths", with_headers("Content-Length: 0\r\nContent-Length: 5\r\n", "hello"), 400},
      {"two equal lengths", with_headers("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400},
      {"a list of lengths", with_headers("Content-Length: 5, 5\r\n", "hello"), 400},
      {"a length with a sign", with_headers("Content-Length: +5\r\n", "hello"), 400},
      {"a negative length", with_headers("Content-Length: -1\r\n"), 400},
      {"a length in hexadecimal", with_headers("Content-Length: 0x5\r\n", "hello"), 400},
      {"a length beyond 64 bits", with_headers("Content-Length: 18446744073709551621\r\n", "hello"), 400},
      {"an empty length", with_headers("Content-Length: \r\n"), 400},
      {"two codings", with_headers("Transfer-Encoding: gzip, chunked\r\n", smuggled), 501},
      {"chunked twice", with_headers("Transfer-Encoding: chunked, chunked\r\n", smuggled), 501},
      {"two coding headers",
       with_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", smuggled), 400},
      {"another coding behind", with_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
       400},
      {"a coding that looks like chunked", with_headers("Transfer-Encoding: xchunked\r\n", smuggled), 501},
      {"a coding with a vertical tab",
       with_headers("Transfer-Encoding: \x0b"
                    "chunked\r\n",
                    smuggled),
       400},
      {"a quoted coding", with_headers("Transfer-Encoding: \"chunked\"\r\n", smuggled), 501},
      {"a blank before the colon", with_headers("Transfer-Encoding : chunked\r\n", smuggled), 400},
      {"chunks in HTTP/1.0", "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + smuggled, 400},
      {"an unknown expectation", with_headers("Expect: 200-ok\r\n"), 417},
  };
}

std::vector<Malformed> heads() {
  return {
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"an empty host", "GET / HTTP/1.1\r\nHost: \r\n\r\n", 400},
      {"a host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"two hosts in one", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      {"a folded header", with_headers("X-A: b\r\n c\r\n"), 400},
      {"a folded first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"lines that end with LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"one line that ends with LF", "GET / HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n", 400},
      {"a CR inside of a line", with_headers("X-A: b\rc\r\n"), 400},
      {"a NUL", with_headers(std::string("X-A: b\0c\r\n", 10)), 400},
      {"a header without a name", with_headers(": b\r\n"), 400},
      {"a header without a colon", with_headers("X-A\r\n"), 400},
      {"an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"a method in lower case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"a method that is not used", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405},
      {"a tunnel", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 405},
      {"a version to come", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
      {"two blanks", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"the beginning of TLS", std::string("\x16\x03\x01\x02\x00", 5), 400},
      {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"a large header", with_headers("X-A: " + std::string(40'000, 'b') + "\r\n"), 431},
      {"a head without end", "GET / HTTP/1.1\r\nX-A: " + std::string(40'000, 'b'), 431},
      {"a long target", "GET /" + std::string(9'000, 'b') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
  };
}

std::vector<Malformed> targets() {
  std::vector<Malformed> requests;
  for (const char* target :
       {"*",   "http://a/", "x",      "/../x",          "/a/../b",    "/a/%2e%2e/b", "/a/.",   "/a//b",
        "//a", "/a%2fb",    "/a%5Cb", "/a\\b",          "/%00",       "/a%0d%0ab",   "/%zz",   "/%4",
        "/%",  "/a#b",      "/%ff",   "/%c0%ae%c0%ae/", "/%ed%a0%80", "/x?a=%0d",    "/x?%00", "/x?a=%ff"}) {
    requests.push_back({target, "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n\r\n", 400});
  }
  return requests;
}

std::vector<Malformed> chunked_bodies() {
  std::vector<Malformed> requests;
  for (const char* body : {"x\r\n", "\r\n", "-1\r\n", "0x1\r\na\r\n", "1 \r\na\r\n", "1\na\r\n0\r\n\r\n",
                           "1\r\nab\r\n", "1\r\na\n0\r\n\r\n", "ffffffffffffffff\r\n", "1\r\na0\r\n\r\n",
                           "1;\x01\r\na\r\n", ";a\r\n", "0\r\n\n", "1\r\r\na\r\n"}) {
    requests.push_back({body, with_headers("Transfer-Encoding: chunked\r\n", body), 400});
  }
  requests.push_back({"long extensions",
                      with_headers("Transfer-Encoding: chunked\r\n", "1;" + std::string(20'000, 'x')), 400});
  return requests;
}

class MalformedTest : public testing::TestWithParam<std::vector<Malformed> (*)()> {};

TEST_P(MalformedTest, IsRefusedAndTheConnectionClosed) {
  std::atomic<int> handled{0};
  const auto server = start_test_server({}, [&](ServerRequest&) {
    ++handled;
    return text_response("handled");
  });
  for (const Malformed& malformed : GetParam()()) {
    SCOPED_TRACE(malformed.what);
    RawClient client(server->port());
    client.send(malformed.request);
    const RawResponse response = client.read_response();
    EXPECT_EQ(response.status, malformed.status);
    EXPECT_THAT(response.head, HasSubstr("Connection: close"));
    EXPECT_THAT(response.head, HasSubstr("application/problem+json"));
    EXPECT_THAT(response.body, HasSubstr("\"code\":\""));
    EXPECT_TRUE(client.hung_up());
  }
  EXPECT_EQ(handled, 0);
  // Nobody was harmed.
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.read_response().body, "handled");
}

std::string name_of(const testing::TestParamInfo<MalformedTest::ParamType>& parameter) {
  return std::array{"Framing", "Heads", "Targets", "ChunkedBodies"}.at(parameter.index);
}

INSTANTIATE_TEST_SUITE_P(Requests, MalformedTest,
                         testing::Values(&framing, &heads, &targets, &chunked_bodies), name_of);

TEST(HttpServerPiecesTest, ARequestMayComeByteByByte) {
  const auto server =
      start_test_server({}, [](ServerRequest& request) { return text_response(request.body); });
  RawClient client(server->port());
  for (const char byte : with_headers("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n")) {
    ASSERT_TRUE(client.send(std::string_view(&byte, 1)));
  }
  EXPECT_EQ(client.read_response().body, "abc");
}

}  // namespace
}  // namespace skyhold
