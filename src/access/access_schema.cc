#include "access/access_schema.h"

namespace skyhold {

const std::vector<Migration>& access_migrations() {
  static const std::vector<Migration> kMigrations = {
      {1,
       "people, sessions, tokens, members, attempts, audit",
       {
           // name_key is the name in lower case, by which it is found. Texts that are not there are
           // empty; wrapped_* are wrapped by the master key.
           R"(CREATE TABLE access_accounts (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                name_key TEXT NOT NULL UNIQUE,
                display_name TEXT NOT NULL,
                is_operator BIGINT NOT NULL,
                enabled BIGINT NOT NULL,
                locale TEXT NOT NULL,
                password_hash TEXT NOT NULL,
                must_change_password BIGINT NOT NULL,
                password_ends_at_ms BIGINT,
                wrapped_totp TEXT NOT NULL,
                wrapped_totp_pending TEXT NOT NULL,
                totp_last_step BIGINT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                last_sign_in_at_ms BIGINT))",
           R"(CREATE TABLE access_recovery_codes (
                account_id TEXT NOT NULL REFERENCES access_accounts (id) ON DELETE CASCADE,
                digest TEXT NOT NULL,
                PRIMARY KEY (account_id, digest)))",
           R"(CREATE TABLE access_sessions (
                id TEXT NOT NULL PRIMARY KEY,
                digest TEXT NOT NULL UNIQUE,
                account_id TEXT NOT NULL REFERENCES access_accounts (id) ON DELETE CASCADE,
                needs_totp BIGINT NOT NULL,
                address TEXT NOT NULL,
                user_agent TEXT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                last_seen_at_ms BIGINT NOT NULL,
                ends_at_ms BIGINT NOT NULL))",
           "CREATE INDEX access_sessions_account ON access_sessions (account_id)",
           R"(CREATE TABLE access_tokens (
                id TEXT NOT NULL PRIMARY KEY,
                digest TEXT NOT NULL UNIQUE,
                account_id TEXT NOT NULL REFERENCES access_accounts (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                most TEXT NOT NULL,
                project TEXT NOT NULL,
                created_at_ms BIGINT NOT NULL,
                expires_at_ms BIGINT,
                last_used_at_ms BIGINT))",
           "CREATE INDEX access_tokens_account ON access_tokens (account_id)",
           R"(CREATE TABLE access_members (
                project TEXT NOT NULL,
                account_id TEXT NOT NULL REFERENCES access_accounts (id) ON DELETE CASCADE,
                role TEXT NOT NULL,
                since_at_ms BIGINT NOT NULL,
                PRIMARY KEY (project, account_id)))",
           "CREATE INDEX access_members_account ON access_members (account_id)",
           // Wrong passwords and codes, by a digest of the name or address: what people type by
           // mistake in the place of a name is often their password. They are
           // forgiven one by one, counted from forgiven_from_ms.
           R"(CREATE TABLE access_attempts (
                key TEXT NOT NULL PRIMARY KEY,
                failures BIGINT NOT NULL,
                forgiven_from_ms BIGINT NOT NULL,
                blocked_until_ms BIGINT NOT NULL))",
           R"(CREATE TABLE access_audit (
                sequence BIGINT NOT NULL PRIMARY KEY,
                at_ms BIGINT NOT NULL,
                actor TEXT NOT NULL,
                address TEXT NOT NULL,
                action TEXT NOT NULL,
                project TEXT NOT NULL,
                subject TEXT NOT NULL,
                outcome TEXT NOT NULL,
                detail TEXT NOT NULL))",
           "CREATE INDEX access_audit_project ON access_audit (project, sequence)",
           "CREATE INDEX access_audit_actor ON access_audit (actor, sequence)",
           "CREATE INDEX access_audit_at ON access_audit (at_ms)",
           "CREATE TABLE access_counters (name TEXT NOT NULL PRIMARY KEY, value BIGINT NOT NULL)",
           "INSERT INTO access_counters (name, value) VALUES ('revision', 0), ('audit', 0)",
       }},
      {2,
       "sign-in by OpenID Connect",
       {
           R"(CREATE TABLE access_oidc_links (
                issuer TEXT NOT NULL,
                subject TEXT NOT NULL,
                account_id TEXT NOT NULL REFERENCES access_accounts (id) ON DELETE CASCADE,
                since_at_ms BIGINT NOT NULL,
                PRIMARY KEY (issuer, subject)))",
           "CREATE INDEX access_oidc_links_account ON access_oidc_links (account_id)",
           // States that came back, until they would have ended by themselves.
           "CREATE TABLE access_oidc_states (digest TEXT NOT NULL PRIMARY KEY, ends_at_ms BIGINT NOT NULL)",
           "CREATE INDEX access_oidc_states_end ON access_oidc_states (ends_at_ms)",
       }}};
  return kMigrations;
}

Status raise_access_revision(SqlSession& session) {
  TRY(session.execute("UPDATE access_counters SET value = value + 1 WHERE name = 'revision'"));
  return {};
}

}  // namespace skyhold
