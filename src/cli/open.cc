#include "cli/open.h"

#include <set>

#include <fmt/format.h>

#include "cli/format.h"

namespace skyhold {

Result<std::vector<ObjectStorePtr>> open_stores(const Parameters& parameters) {
  std::vector<ObjectStorePtr> stores;
  std::set<std::string> locations;
  for (const std::string& url : parameters.stores) {
    ObjectStorePtr store = TRY(open_store(url));
    if (!locations.insert(store->location()).second) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("the store {} is named twice", store->location()),
                  "give each copy's store once");
    }
    stores.push_back(std::move(store));
  }
  return stores;
}

Result<std::unique_ptr<Repository>> open_repository(const Parameters& parameters, CommandContext& context) {
  const std::vector<ObjectStorePtr> stores = TRY(open_stores(parameters));
  const MasterKey master_key = TRY(MasterKey::load(parameters.key_file));
  std::unique_ptr<Repository> repository = TRY(Repository::open(stores, master_key));
  Copies& copies = repository->copies();
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    if (const auto failure = copies.failure(copy)) {
      context.progress.warn(
          fmt::format("the copy at {} is left out: {}", copies.store(copy).location(), failure->message));
    }
  }
  copies.on_complaint([&progress = context.progress](const std::string& location, const Error& error) {
    progress.warn(fmt::format("the copy at {} failed a read, another is used: {}", location, error.message));
  });
  return repository;
}

std::optional<Error> copies_shortfall(Repository& repository) {
  std::vector<std::string> failed;
  Copies& copies = repository.copies();
  for (std::size_t copy = 0; copy < copies.size(); ++copy) {
    const auto failure = copies.failure(copy);
    if (failure) failed.push_back(fmt::format("{} ({})", copies.store(copy).location(), failure->message));
  }
  if (failed.empty()) return std::nullopt;
  return Error{ErrorCode::kDegraded, fmt::format("done, but not on every copy: {}", joined(failed, "; ")),
               "mend that store and run the same command again"};
}

}  // namespace skyhold
