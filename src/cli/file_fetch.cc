#include "cli/file_fetch.h"

#include <fmt/format.h>

#include "base/human.h"
#include "cli/format.h"

namespace skyhold {
namespace {

constexpr int kMostBeginsAgain = 2;

// Not an answer that no service of ours gives.
bool is_refusal(const Error& error) {
  return !may_pass(error) && error.code != ErrorCode::kUnsupported;
}

class FileFetch final : public FileReceiver {
 public:
  FileFetch(const ApiJson& download, const AskForLink& ask_for_link, ExportOutput& output,
            CommandContext& context, const TransferPace& pace)
      : ask_for_link_(ask_for_link),
        link_(download.text("url")),
        resumable_(download.flag("resumable")),
        announced_(download.count("size_bytes")),
        exact_(download.flag("size_exact")),
        output_(output),
        context_(context),
        patience_(pace, context.cancel) {}

  Result<std::uint64_t> run(ApiClient& api) {
    show();
    Status fetched = api.fetch(link_, received_, *this);
    while (!fetched && !is_whole()) {
      if (ended_here_) return fail(fetched.error());
      const Status next = prepare_next(fetched.error());
      if (!next) return fail(next.error().in(broke_off()));
      fetched = api.fetch(link_, received_, *this);
    }
    TRY(check_size());
    return received_;
  }

  Status begin(const FileHead& head) override { return noted(take_head(head)); }

  Status take(ByteView piece) override {
    TRY(noted(output_.write(piece)));
    received_ += piece.size();
    patience_.moved();
    link_is_new_ = false;
    show();
    return {};
  }

 private:
  [[nodiscard]] bool is_whole() const { return exact_ && received_ == announced_; }
  [[nodiscard]] std::string broke_off() const {
    return fmt::format("the download broke off after {}", human_bytes(received_));
  }
  // What fails on this side would fail again.
  Status noted(Status status) {
    ended_here_ = !status;
    return status;
  }

  Status take_head(const FileHead& head) {
    if (head.from != received_ && head.from != 0) {
      return fail(ErrorCode::kUnsupported, "the service sends another part of the file than was asked for");
    }
    if (head.from != received_) TRY(begin_again());
    if (whole_ && head.whole_bytes && received_ > 0 && *whole_ != *head.whole_bytes) {
      return fail(ErrorCode::kCorrupt, "the file changed its size while it was downloaded",
                  "download it again");
    }
    if (head.whole_bytes) whole_ = head.whole_bytes;
    return {};
  }

  Status prepare_next(const Error& error) {
    if (is_refusal(error) && received_ > 0 && !link_is_new_) return replace_link();
    const bool first = patience_.failures() == 0;
    TRY(patience_.wait_after(error));
    if (received_ == 0) return {};
    if (!resumable_ && begins_again_ == kMostBeginsAgain) return fail(error);
    if (first)
      context_.progress.warn(broke_off() + (resumable_ ? " and goes on there" : " and begins again"));
    return resumable_ ? Status() : begin_again();
  }

  // A link that is refused after it has served is over.
  Status replace_link() {
    TRY(context_.cancel.check());
    const ApiJson download = TRY(ask_for_link_());
    link_ = download.text("url");
    link_is_new_ = true;
    return resumable_ ? Status() : begin_again();
  }

  Status begin_again() {
    if (begins_again_ == kMostBeginsAgain) {
      return fail(ErrorCode::kUnavailable,
                  fmt::format("the service began the file {} times and did not end it", begins_again_ + 1));
    }
    TRY(output_.begin_again());
    ++begins_again_;
    received_ = 0;
    return {};
  }

  Status check_size() const {
    const bool as_announced = !exact_ || received_ == announced_;
    if (as_announced && (!whole_ || received_ == *whole_)) return {};
    return fail(ErrorCode::kCorrupt,
                fmt::format("{} bytes were downloaded where {} were announced", received_,
                            as_announced ? *whole_ : announced_),
                "download it again");
  }

  void show() {
    const std::uint64_t total = whole_ ? *whole_ : announced_;
    context_.progress.report({.phase = "Downloading",
                              .done_bytes = received_,
                              .total_bytes = received_ > total ? 0 : total,
                              .done_items = 0,
                              .total_items = 0});
  }

  const AskForLink& ask_for_link_;
  std::string link_;
  bool link_is_new_ = true;
  const bool resumable_;
  const std::uint64_t announced_;
  const bool exact_;
  ExportOutput& output_;
  CommandContext& context_;
  TransferPatience patience_;
  std::optional<std::uint64_t> whole_;  // as the answer says it
  std::uint64_t received_ = 0;
  int begins_again_ = 0;
  bool ended_here_ = false;
};

}  // namespace

Result<std::uint64_t> fetch_file(ApiClient& api, const ApiJson& download, const AskForLink& ask_for_link,
                                 ExportOutput& output, CommandContext& context, const TransferPace& pace) {
  return FileFetch(download, ask_for_link, output, context, pace).run(api);
}

}  // namespace skyhold
