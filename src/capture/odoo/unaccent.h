// Odoo marks unaccent() as IMMUTABLE, and only then can indexes use it. No dump keeps that mark, as the
// function belongs to its extension: whoever loads one makes it anew.
#pragma once

#include <string>
#include <string_view>

#include "capture/pg_session.h"

namespace skyhold {

// Whether statements of `script` may need the mark: indexes over unaccent().
bool uses_unaccent(std::string_view script);

// Marks it in the session's database, if the extension is there. Takes its owner, which is a superuser also
// where another role made the extension: kPermissionDenied for everybody else.
Status make_unaccent_immutable(PgSession& session);

// True when `sql` makes an index that only speeds searches up, and `error` is the lack of the mark: the
// database is whole without it, and Odoo makes it anew when the mark is there.
bool is_index_without_mark(std::string_view sql, const Error& error);

inline constexpr std::string_view kMarkWords =
    "only a superuser can mark unaccent() as IMMUTABLE: ALTER FUNCTION unaccent(text) IMMUTABLE, and then "
    "make the index";

}  // namespace skyhold
