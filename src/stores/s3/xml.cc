#include "stores/s3/xml.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "base/encoding.h"

namespace skyhold {
namespace {

constexpr std::size_t kMostErrorTextBytes = 300;

// pugixml expands no entities but XML's own five, and reads nothing from elsewhere.
bool parse(pugi::xml_document& document, ByteView xml) {
  return xml.size() <= kMostXmlBytes &&
         document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
}

tl::unexpected<Error> malformed(std::string_view what) {
  return fail(ErrorCode::kCorrupt, fmt::format("the server's {} is not as it should be", what),
              "is the endpoint that of an S3 server?");
}

// What encoding-type=url does to keys: percent-encoding, with '+' for a space.
Result<std::string> url_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const Result<Bytes> byte = hex_decode(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) return malformed("list of objects");
    decoded += static_cast<char>(byte->front());
    i += 2;
  }
  return decoded;
}

// For messages: one line of ASCII, not too long.
std::string for_people(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, kMostErrorTextBytes)) {
    line += c >= ' ' && c <= '~' ? c : ' ';
  }
  return line;
}

Result<ObjectInfo> parse_object(const pugi::xml_node& contents, bool is_encoded) {
  const std::string_view key = contents.child_value("Key");
  const std::string_view size = contents.child_value("Size");
  ObjectInfo info{is_encoded ? TRY(url_decode(key)) : std::string(key)};
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), info.size_bytes);
  if (info.name.empty() || error != std::errc() || end != size.data() + size.size()) {
    return malformed("list of objects");
  }
  return info;
}

}  // namespace

Result<ListPage> parse_list_page(ByteView xml) {
  pugi::xml_document document;
  if (!parse(document, xml)) return malformed("list of objects");
  const pugi::xml_node result = document.child("ListBucketResult");
  if (!result) return malformed("list of objects");
  const bool is_encoded = std::string_view(result.child_value("EncodingType")) == "url";
  ListPage page;
  for (const pugi::xml_node& contents : result.children("Contents")) {
    page.objects.push_back(TRY(parse_object(contents, is_encoded)));
  }
  const std::string_view truncated = result.child_value("IsTruncated");
  if (truncated == "true") {
    page.next_token = result.child_value("NextContinuationToken");
    if (page.next_token.empty()) return malformed("list of objects");
  } else if (truncated != "false") {
    return malformed("list of objects");  // half a list must not pass for a whole one
  }
  return page;
}

std::optional<S3ErrorBody> parse_error_body(ByteView xml) {
  pugi::xml_document document;
  if (!parse(document, xml)) return std::nullopt;
  pugi::xml_node error = document.child("Error");
  if (!error) error = document.child("ErrorResponse").child("Error");
  if (!error) return std::nullopt;
  return S3ErrorBody{for_people(error.child_value("Code")), for_people(error.child_value("Message")),
                     for_people(error.child_value("Region"))};
}

Result<AssumedRole> parse_assumed_role(ByteView xml) {
  pugi::xml_document document;
  if (!parse(document, xml)) return malformed("answer to AssumeRoleWithWebIdentity");
  const pugi::xml_node credentials = document.child("AssumeRoleWithWebIdentityResponse")
                                         .child("AssumeRoleWithWebIdentityResult")
                                         .child("Credentials");
  AssumedRole role{credentials.child_value("AccessKeyId"), credentials.child_value("SecretAccessKey"),
                   credentials.child_value("SessionToken"), credentials.child_value("Expiration")};
  if (role.access_key_id.empty() || role.secret_access_key.empty() || role.session_token.empty()) {
    return malformed("answer to AssumeRoleWithWebIdentity");
  }
  return role;
}

}  // namespace skyhold
