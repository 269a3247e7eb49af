// Odoo's own configuration file, odoo.conf: which database, filestore and addons a branch has.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "capture/pg_target.h"

namespace skyhold {

// Of section [options]. Odoo writes False, and people also None or nothing, for "not set":
// such a value is empty here.
struct OdooConf {
  std::string db_host;  // unset: the Unix socket
  std::string db_port;
  std::string db_user;  // unset: whoever runs the program
  std::string db_password;
  std::string db_sslmode;
  std::vector<std::string> db_names;  // db_name: one, or several parted by commas
  std::filesystem::path data_dir;
  std::vector<std::filesystem::path> addons_path;
};

// kInvalidArgument with the line's number for what is no configuration file; messages hold
// names of keys but never values, one of which is a password. Keys that are not named above
// are passed over; one that is there twice is refused, as Odoo refuses it.
Result<OdooConf> parse_odoo_conf(std::string_view text);

// `database`, or the only one that db_name names; kInvalidArgument when that does not tell.
Result<std::string> odoo_database_name(const OdooConf& conf, std::string_view database = {});

// "postgresql://user:password@host:5432/name?sslmode=…", everything percent-encoded, as
// PgTarget::parse() takes it. Holds the password: never show it.
Result<std::string> odoo_database_url(const OdooConf& conf, std::string_view database = {});
Result<PgTarget> odoo_database_target(const OdooConf& conf, std::string_view database = {});

// <data_dir>/filestore/<database>. Without data_dir Odoo's own default for a user whose home is
// `odoo_home`: <odoo_home>/.local/share/Odoo; kInvalidArgument when `odoo_home` is empty too.
Result<std::filesystem::path> odoo_filestore(const OdooConf& conf, std::string_view database = {},
                                             const std::filesystem::path& odoo_home = {});

}  // namespace skyhold
