#include "access/access_dump.h"

#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "access/instant_ms.h"
#include "access/printable.h"
#include "access/token_rows.h"
#include "base/id.h"

namespace skyhold {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kFormat = "skyhold-access";
constexpr int kVersion = 2;
constexpr int kVersionWithoutLinks = 1;
constexpr std::size_t kMostBytes = std::size_t{256} << 20;
constexpr int kMostDepth = 5;  // root, accounts, account, recovery codes, digest
constexpr std::size_t kMostKeyBytes = 64;
constexpr std::size_t kMostHashBytes = 256;
constexpr std::size_t kMostRecoveryCodes = 100;
constexpr std::size_t kMostLinkBytes = 2000;

tl::unexpected<Error> corrupt(std::string problem) {
  return fail(ErrorCode::kCorrupt, "the dump of accounts is not valid: " + std::move(problem),
              "take the one of another store or of an earlier time");
}

Json time_or_null(const std::optional<Instant>& instant) {
  return instant ? Json(format_rfc3339(*instant)) : Json(nullptr);
}

// Reads typed members of one JSON object.
class Fields {
 public:
  Fields(const Json& object, std::string_view what) : object_(object), what_(what) {}

  Result<const Json*> get(const char* key, Json::value_t type) const {
    if (!object_.is_object()) return corrupt(fmt::format("{} is not an object", what_));
    const auto found = object_.find(key);
    if (found == object_.end() || found->type() != type) {
      return corrupt(fmt::format("{} lacks \"{}\", or it is of the wrong type", what_, key));
    }
    return &*found;
  }
  Result<std::string> text(const char* key, std::size_t most_bytes = kMostHashBytes) const {
    const auto& value = (TRY(get(key, Json::value_t::string)))->get_ref<const std::string&>();
    if (value.size() > most_bytes || value.find('\0') != std::string::npos) {
      return corrupt(fmt::format("\"{}\" of {} cannot be", key, what_));
    }
    return value;
  }
  // Of an account, a token or a project.
  Result<std::string> name(const char* key) const {
    std::string value = TRY(text(key, kMostKeyBytes));
    const bool is_plain =
        value.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
    if (value.empty() || !is_plain) return corrupt(fmt::format("\"{}\" of {} is no name", key, what_));
    return value;
  }
  Result<bool> boolean(const char* key) const { return (TRY(get(key, Json::value_t::boolean)))->get<bool>(); }
  Result<std::int64_t> count(const char* key) const {
    const auto value = (TRY(get(key, Json::value_t::number_unsigned)))->get<std::uint64_t>();
    if (value > std::uint64_t{1} << 53) return corrupt(fmt::format("\"{}\" of {} is too large", key, what_));
    return static_cast<std::int64_t>(value);
  }
  Result<Instant> time(const char* key) const {
    const Result<Instant> instant = parse_rfc3339(TRY(text(key)));
    if (!instant) return corrupt(fmt::format("\"{}\" of {} is no time", key, what_));
    return from_ms(to_ms(*instant));
  }
  Result<std::optional<Instant>> optional_time(const char* key) const {
    if (object_.is_object() && object_.contains(key) && object_.at(key).is_null()) return std::nullopt;
    return TRY(time(key));
  }

 private:
  const Json& object_;
  std::string_view what_;
};

// What makes an entry's own sense also makes it corrupt when it has none.
Status sound(const Status& checked, std::string_view what) {
  if (checked) return {};
  return corrupt(fmt::format("{}: {}", what, checked.error().message));
}

Status check_digest(std::string_view text, std::string_view what) {
  if (Id::from_hex(text)) return {};
  return corrupt(fmt::format("{} has no SHA-256 where one must be", what));
}

Json encode_account(const AccessDump::AccountEntry& entry) {
  const AccountRow& row = entry.row;
  const Account& account = row.account;
  return {{"id", account.id},
          {"name", account.name},
          {"display_name", account.display_name},
          {"is_operator", account.is_operator},
          {"enabled", account.enabled},
          {"locale", account.locale},
          {"password_hash", row.password_hash},
          {"must_change_password", account.must_change_password},
          {"password_ends_at", time_or_null(row.password_ends_at)},
          {"wrapped_totp", row.wrapped_totp},
          {"totp_last_step", row.totp_last_step},
          {"recovery_codes", entry.recovery_digests},
          {"created_at", format_rfc3339(account.created_at)},
          {"last_sign_in_at", time_or_null(account.last_sign_in_at)}};
}

Result<AccessDump::AccountEntry> parse_account(const Json& json) {
  const Fields fields(json, "an account");
  AccessDump::AccountEntry entry;
  Account& account = entry.row.account;
  account.id = TRY(fields.name("id"));
  account.name = TRY(fields.text("name"));
  account.display_name = TRY(fields.text("display_name"));
  account.is_operator = TRY(fields.boolean("is_operator"));
  account.enabled = TRY(fields.boolean("enabled"));
  account.locale = TRY(fields.text("locale"));
  entry.row.password_hash = TRY(fields.text("password_hash"));
  account.must_change_password = TRY(fields.boolean("must_change_password"));
  entry.row.password_ends_at = TRY(fields.optional_time("password_ends_at"));
  entry.row.wrapped_totp = TRY(fields.text("wrapped_totp"));
  account.has_totp = !entry.row.wrapped_totp.empty();
  entry.row.totp_last_step = TRY(fields.count("totp_last_step"));
  account.created_at = TRY(fields.time("created_at"));
  account.last_sign_in_at = TRY(fields.optional_time("last_sign_in_at"));
  TRY(sound(check_account(account), "an account"));
  if (!entry.row.password_hash.starts_with("$argon2id$")) return corrupt("a password hash is not argon2id");
  const Json& codes = *TRY(fields.get("recovery_codes", Json::value_t::array));
  if (codes.size() > kMostRecoveryCodes) return corrupt("an account has too many recovery codes");
  std::set<std::string> digests;
  for (const Json& code : codes) {
    if (!code.is_string()) return corrupt("a recovery code is not text");
    TRY(check_digest(code.get_ref<const std::string&>(), "a recovery code"));
    digests.insert(code.get<std::string>());
  }
  entry.recovery_digests.assign(digests.begin(), digests.end());
  return entry;
}

Result<Member> parse_member(const Json& json) {
  const Fields fields(json, "a member");
  Member member;
  member.project = TRY(fields.name("project"));
  member.account_id = TRY(fields.name("account_id"));
  TRY(sound(check_slug("the project", member.project), "a member"));
  const Result<Role> role = parse_member_role(TRY(fields.text("role")));
  if (!role) return corrupt("the role of a member is neither user nor admin");
  member.role = *role;
  member.since = TRY(fields.time("since"));
  return member;
}

Result<AccessDump::TokenEntry> parse_token(const Json& json) {
  const Fields fields(json, "a token");
  AccessDump::TokenEntry entry;
  ApiToken& token = entry.token;
  token.id = TRY(fields.name("id"));
  entry.digest = TRY(fields.text("digest"));
  TRY(check_digest(entry.digest, "a token"));
  token.account_id = TRY(fields.name("account_id"));
  token.name = TRY(fields.text("name"));
  const Result<Role> most = parse_token_role(TRY(fields.text("most")));
  if (!most) return corrupt("the role of a token is none that we know");
  token.most = *most;
  token.project = TRY(fields.text("project"));
  token.created_at = TRY(fields.time("created_at"));
  token.expires_at = TRY(fields.optional_time("expires_at"));
  token.last_used_at = TRY(fields.optional_time("last_used_at"));
  TRY(sound(check_token(token), "a token"));
  return entry;
}

Result<OidcLink> parse_link(const Json& json) {
  const Fields fields(json, "a link");
  OidcLink link;
  link.issuer = TRY(fields.text("issuer", kMostLinkBytes));
  link.subject = TRY(fields.text("subject", kMostLinkBytes));
  if (link.issuer.empty() || link.subject.empty()) return corrupt("a link names nobody");
  link.account_id = TRY(fields.name("account_id"));
  link.since = TRY(fields.time("since"));
  return link;
}

// Each id, name and digest once, and nothing of an account that is not there.
Status check_references(const AccessDump& dump) {
  std::set<std::string> accounts;
  std::set<std::string> names;
  std::set<std::pair<std::string, std::string>> memberships;
  std::set<std::string> tokens;
  std::set<std::string> digests;
  for (const AccessDump::AccountEntry& entry : dump.accounts) {
    const Account& account = entry.row.account;
    const bool is_new =
        accounts.insert(account.id).second && names.insert(account_name_key(account.name)).second;
    if (!is_new) return corrupt(fmt::format("the account {} is there twice", account.name));
  }
  for (const Member& member : dump.members) {
    if (!accounts.contains(member.account_id)) return corrupt("a member is nobody's");
    if (!memberships.emplace(member.project, member.account_id).second)
      return corrupt("a member is there twice");
  }
  for (const AccessDump::TokenEntry& entry : dump.tokens) {
    if (!accounts.contains(entry.token.account_id)) return corrupt("a token is nobody's");
    const bool is_new = tokens.insert(entry.token.id).second && digests.insert(entry.digest).second;
    if (!is_new) return corrupt(fmt::format("the token {} is there twice", entry.token.id));
  }
  std::set<std::pair<std::string, std::string>> persons;
  for (const OidcLink& link : dump.oidc_links) {
    if (!accounts.contains(link.account_id)) return corrupt("a link is nobody's");
    if (!persons.emplace(link.issuer, link.subject).second) return corrupt("a link is there twice");
  }
  return {};
}

// Gives the version.
Result<std::int64_t> check_version(const Json& root) {
  const Fields fields(root, "the root");
  if (TRY(fields.text("format")) != kFormat) return corrupt("it is a dump of something else");
  const std::int64_t version = TRY(fields.count("version"));
  if (version > kVersion) {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("the dump of accounts has version {}, newer than this program's {}", version, kVersion),
        "install the version of Skyhold that wrote it, or a newer one");
  }
  if (version < kVersionWithoutLinks) return corrupt("there was never such a version");
  return version;
}

}  // namespace

std::string encode_access_dump(const AccessDump& dump) {
  Json root = {{"format", kFormat},        {"version", kVersion},     {"accounts", Json::array()},
               {"members", Json::array()}, {"tokens", Json::array()}, {"oidc_links", Json::array()}};
  for (const AccessDump::AccountEntry& entry : dump.accounts)
    root["accounts"].push_back(encode_account(entry));
  for (const Member& member : dump.members) {
    root["members"].push_back({{"project", member.project},
                               {"account_id", member.account_id},
                               {"role", to_string(member.role)},
                               {"since", format_rfc3339(member.since)}});
  }
  for (const auto& [token, digest] : dump.tokens) {
    root["tokens"].push_back({{"id", token.id},
                              {"digest", digest},
                              {"account_id", token.account_id},
                              {"name", token.name},
                              {"most", to_string(token.most)},
                              {"project", token.project},
                              {"created_at", format_rfc3339(token.created_at)},
                              {"expires_at", time_or_null(token.expires_at)},
                              {"last_used_at", time_or_null(token.last_used_at)}});
  }
  for (const OidcLink& link : dump.oidc_links) {
    root["oidc_links"].push_back({{"issuer", link.issuer},
                                  {"subject", link.subject},
                                  {"account_id", link.account_id},
                                  {"since", format_rfc3339(link.since)}});
  }
  return root.dump();
}

Result<AccessDump> parse_access_dump(std::string_view json) {
  if (json.size() > kMostBytes) return corrupt("it is too large");
  bool too_deep = false;
  const Json root = Json::parse(
      json,
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > kMostDepth;
        return !too_deep;
      },
      /*allow_exceptions=*/false);
  if (root.is_discarded() || too_deep) return corrupt("it is not JSON of our kind");
  const std::int64_t version = TRY(check_version(root));
  const Fields fields(root, "the root");
  AccessDump dump;
  for (const Json& entry : *TRY(fields.get("accounts", Json::value_t::array))) {
    dump.accounts.push_back(TRY(parse_account(entry)));
  }
  for (const Json& entry : *TRY(fields.get("members", Json::value_t::array))) {
    dump.members.push_back(TRY(parse_member(entry)));
  }
  for (const Json& entry : *TRY(fields.get("tokens", Json::value_t::array))) {
    dump.tokens.push_back(TRY(parse_token(entry)));
  }
  if (version > kVersionWithoutLinks) {
    for (const Json& entry : *TRY(fields.get("oidc_links", Json::value_t::array))) {
      dump.oidc_links.push_back(TRY(parse_link(entry)));
    }
  }
  TRY(check_references(dump));
  return dump;
}

}  // namespace skyhold
