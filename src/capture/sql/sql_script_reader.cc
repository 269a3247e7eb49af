#include "capture/sql/sql_script_reader.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/human.h"
#include "capture/sql/statement_ends.h"

namespace skyhold {
namespace {

constexpr std::size_t kFirstBytes = 256 * 1024;
constexpr std::string_view kEndOfRows = "\\.";

}  // namespace

// What the unread bytes begin with.
struct SqlScriptReader::Scan {
  bool whole = false;                // else more bytes are needed to tell
  bool nothing = false;              // only blanks and comments
  std::optional<ScriptPiece> piece;  // its offset counts from the unread bytes
  std::size_t used = 0;
};

tl::unexpected<Error> SqlScriptReader::cut_off(std::string_view where) const {
  return fail(ErrorCode::kCorrupt,
              fmt::format("the SQL script ends {}, at byte {}: it is cut off", where, offset_ + end_),
              "make the dump again, and compare its size with that of the original");
}

std::string_view SqlScriptReader::unread() const {
  return as_text(ByteView(buffer_).subspan(begin_, end_ - begin_));
}

// Moves what is unread to the front, makes room and reads once.
Status SqlScriptReader::fill() {
  const std::size_t held = end_ - begin_;
  if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, held);
  offset_ += begin_;
  begin_ = 0;
  end_ = held;
  if (buffer_.size() < kFirstBytes) buffer_.resize(kFirstBytes);
  if (end_ > buffer_.size() / 2) buffer_.resize(buffer_.size() * 2);
  const std::size_t got = TRY(source_.read(MutableByteView(buffer_).subspan(end_)));
  end_ += got;
  ended_ = got == 0;
  return {};
}

Result<SqlScriptReader::Scan> SqlScriptReader::scan() const {
  constexpr std::size_t kOutside = std::string_view::npos;
  const std::string_view text = unread();
  SqlLexer lexer(text, standard_strings_);
  StatementEnds ends;
  std::size_t start = kOutside;
  while (true) {
    const Result<SqlToken> token = lexer.next();
    // A quote or comment that does not end may end in what is still to come.
    if (!token && !ended_) return Scan{};
    if (!token) return cut_off("inside a quote or a comment");
    if (token->kind == SqlTokenKind::kEnd) {
      if (!ended_) return Scan{};
      if (start != kOutside) return cut_off("inside a statement");
      return Scan{true, true, {}, text.size()};
    }
    if (token->is_symbol('\\')) {
      const std::size_t line_end = text.find('\n', token->offset);
      if (line_end == std::string_view::npos && !ended_) return Scan{};
      const std::size_t end = std::min(line_end, text.size());
      return Scan{true, false,
                  ScriptPiece{ScriptPiece::Kind::kMetaCommand,
                              text.substr(token->offset, end - token->offset), token->offset},
                  end};
    }
    const bool ended = ends.add(*token);
    if (!ended && start == kOutside) start = token->offset;
    if (!ended || start == kOutside) continue;
    return Scan{true, false,
                ScriptPiece{ScriptPiece::Kind::kStatement, text.substr(start, token->offset - start), start},
                token->offset + 1};
  }
}

Result<std::optional<ScriptPiece>> SqlScriptReader::next() {
  // Scanned anew only when twice as much has come: a long statement costs twice its length.
  std::size_t wanted = 1;
  while (true) {
    while (end_ - begin_ < wanted && !ended_) TRY(fill());
    Scan found = TRY(scan());
    if (found.whole) {
      if (found.piece) {
        if (found.piece->text.find('\0') != std::string_view::npos) {
          return fail(ErrorCode::kCorrupt,
                      fmt::format("the SQL script holds a zero byte in the statement at byte {}",
                                  offset() + found.piece->offset));
        }
        found.piece->offset += offset();
      }
      begin_ += found.used;
      if (found.nothing) return std::nullopt;
      return found.piece;
    }
    const std::size_t held = end_ - begin_;
    if (held > max_statement_bytes_) {
      return fail(ErrorCode::kNoSpace,
                  fmt::format("the statement at byte {} of the SQL script is longer than {}", offset(),
                              human_bytes(max_statement_bytes_)));
    }
    wanted = std::max(held * 2, kFirstBytes);
  }
}

void SqlScriptReader::begin_rows() {
  line_rest_ = true;
  at_line_start_ = true;
  rows_ = 0;
}

// "COPY … FROM stdin;" is the last on its line.
Status SqlScriptReader::skip_rest_of_line() {
  while (true) {
    while (begin_ == end_ && !ended_) TRY(fill());
    if (begin_ == end_) return cut_off("before the rows of a table");
    const char each = unread().front();
    if (each != '\n' && each != '\r' && each != ' ') {
      return fail(
          ErrorCode::kCorrupt,
          fmt::format("the SQL script has something between a COPY and its rows, at byte {}", offset()));
    }
    ++begin_;
    if (each == '\n') break;
  }
  line_rest_ = false;
  return {};
}

Result<bool> SqlScriptReader::at_end_of_rows() {
  constexpr std::size_t kLongestMark = 4;  // with \r\n
  while (end_ - begin_ < kLongestMark && !ended_) TRY(fill());
  const std::string_view text = unread();
  if (!text.starts_with(kEndOfRows)) return false;
  const std::string_view rest = text.substr(kEndOfRows.size(), 2);
  if (!rest.empty() && rest[0] != '\n' && rest != "\r\n") return false;
  begin_ += kEndOfRows.size();
  return true;
}

Result<std::size_t> SqlScriptReader::read_rows(MutableByteView out) {
  if (line_rest_) TRY(skip_rest_of_line());
  while (begin_ == end_ && !ended_) TRY(fill());
  if (at_line_start_ && TRY(at_end_of_rows())) return 0;
  if (begin_ == end_) return cut_off("inside the rows of a table");
  const std::string_view text = unread().substr(0, out.size());
  // Up to the next line that may be the mark; whether it is one needs the bytes after it.
  const std::size_t mark = text.find("\n\\.");
  const std::size_t held_back = text.ends_with("\n\\") ? 1 : 0;
  const std::size_t count = mark == std::string_view::npos ? text.size() - held_back : mark + 1;
  std::memcpy(out.data(), text.data(), count);
  begin_ += count;
  rows_ += static_cast<std::uint64_t>(
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), '\n'));
  at_line_start_ = text[count - 1] == '\n';
  return count;
}

}  // namespace skyhold
