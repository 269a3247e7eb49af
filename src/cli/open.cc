#include "cli/open.h"

#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "base/suggest.h"
#include "cli/format.h"

namespace skyhold {

namespace {

constexpr std::string_view kUsualSettingsFile = "/etc/skyhold/skyhold.toml";

std::vector<std::string> names_of(const PlatformSettings& settings) {
  std::vector<std::string> names;
  for (const StoreSettings& store : settings.stores) names.push_back(store.name);
  return names;
}

// "the settings in /etc/skyhold/skyhold.toml name near-1, far"
std::string what_there_is(const PlatformSettings& settings) {
  if (settings.stores.empty()) {
    return settings.file.empty() ? fmt::format("name stores in {} or with --settings", kUsualSettingsFile)
                                 : fmt::format("the settings in {} name none", settings.file);
  }
  return fmt::format("the settings in {} name {}", settings.file, joined(names_of(settings), ", "));
}

Error no_store_was_named(const PlatformSettings& settings) {
  std::string hint = "give --store URL once a copy, or set SKYHOLD_STORES";
  if (!settings.stores.empty()) {
    hint = fmt::format("give --store once a copy: {}", what_there_is(settings));
  }
  return Error{ErrorCode::kInvalidArgument, "no store was named: --store is required", hint};
}

Error unknown_store(const std::string& name, const PlatformSettings& settings) {
  const std::string near = nearest(name, names_of(settings));
  const std::string hint =
      near.empty()
          ? fmt::format("{}; or give a URL: file:///directory, s3://bucket/prefix, gs://bucket/prefix",
                        what_there_is(settings))
          : fmt::format("did you mean {}?", near);
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("there is no store named \"{}\"", printable(truncated(name, 64))), hint};
}

// What stands in --store is a name unless it looks like a URL or a path, which open_store()
// judges. A word with an '@' may be a URL that went wrong, password and all.
bool is_name(const std::string& text) {
  return text.find_first_of(":/@") == std::string::npos;
}

Result<StoreSettings> settings_of(const std::string& named, const Parameters& parameters,
                                  const PlatformSettings& settings) {
  if (!is_name(named)) {
    const StoreSettings* known = settings.find_url(named);
    return known != nullptr ? *known : settings_of_url(named, parameters.environment);
  }
  const StoreSettings* known = settings.find(named);
  if (known == nullptr) return fail(unknown_store(named, settings));
  return *known;
}

}  // namespace

Result<PlatformSettings> read_settings(const Parameters& parameters) {
  if (parameters.settings_file) {
    return parameters.settings_file->empty() ? PlatformSettings{} : load_settings(*parameters.settings_file);
  }
  std::error_code problem;
  if (!std::filesystem::exists(kUsualSettingsFile, problem) && !problem) return PlatformSettings{};
  return load_settings(kUsualSettingsFile);
}

Result<std::vector<StoreSettings>> named_stores(const Parameters& parameters,
                                                const PlatformSettings& settings) {
  if (parameters.stores.empty()) return fail(no_store_was_named(settings));
  std::vector<StoreSettings> stores;
  for (const std::string& named : parameters.stores) {
    stores.push_back(TRY(settings_of(named, parameters, settings)));
  }
  return stores;
}

Result<std::vector<OpenedStore>> open_named_stores(const Parameters& parameters,
                                                   const CommandContext& context) {
  const PlatformSettings settings = TRY(read_settings(parameters));
  const std::vector<StoreSettings> named = TRY(named_stores(parameters, settings));
  OpenStoreOptions options;
  options.platform_time_zone = settings.platform_time_zone;
  options.cancel = &context.cancel;
  std::vector<OpenedStore> stores;
  std::set<std::string> locations;
  for (const StoreSettings& store_settings : named) {
    OpenedStore opened = TRY(open_store(store_settings, options));
    const std::string location = opened.store->location();
    if (!locations.insert(fmt::format("{} {}", location, store_settings.endpoint)).second) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("the store {} is named twice", location),
                  "give each copy's store once");
    }
    stores.push_back(std::move(opened));
  }
  return stores;
}

Result<std::vector<ObjectStorePtr>> open_stores(const Parameters& parameters, const CommandContext& context) {
  std::vector<OpenedStore> all = TRY(open_named_stores(parameters, context));
  std::vector<ObjectStorePtr> stores;
  for (OpenedStore& opened : all) stores.push_back(std::move(opened.store));
  return stores;
}

Parameters with_from_alone(const Parameters& parameters) {
  Parameters alone = parameters;
  if (!parameters.from.empty()) alone.stores = {parameters.from};
  return alone;
}

Result<std::unique_ptr<Repository>> open_repository(const Parameters& parameters, CommandContext& context) {
  return open_repository(TRY(open_named_stores(parameters, context)), parameters, context);
}

Result<std::unique_ptr<Repository>> open_repository(const std::vector<OpenedStore>& opened,
                                                    const Parameters& parameters, CommandContext& context) {
  std::vector<ObjectStorePtr> stores;
  for (const OpenedStore& one : opened) stores.push_back(one.store);
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
               "when that store answers again, run the same command once more, or `skyhold repo mend`"};
}

}  // namespace skyhold
