// Opening what the flags name.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "cli/command.h"
#include "repository/repository.h"
#include "stores/open_store.h"

namespace skyhold {

// The settings file: --settings, SKYHOLD_SETTINGS, or the usual place if there is one. Without
// any, settings that name no store.
Result<PlatformSettings> read_settings(const Parameters& parameters);

// What the settings, or the environment, say of each store that --store names. Opens nothing.
Result<std::vector<StoreSettings>> named_stores(const Parameters& parameters,
                                                const PlatformSettings& settings);

// The stores that --store names, by URL or by their name in the settings; a URL that the
// settings have is opened with what they say of it. kInvalidArgument when none is named, when
// a name is unknown, and when two of them are the same place: that would be one copy counted
// twice. `context` must outlive them.
Result<std::vector<OpenedStore>> open_named_stores(const Parameters& parameters,
                                                   const CommandContext& context);
// The same without what the settings say of them.
Result<std::vector<ObjectStorePtr>> open_stores(const Parameters& parameters, const CommandContext& context);

// The same flags with the store of --from in the place of all, if there is one.
Parameters with_from_alone(const Parameters& parameters);

// Opens the repository, warns of each copy that does not answer, and from then on of each
// that gives wrong bytes. Its index is not loaded. `context` must outlive it.
Result<std::unique_ptr<Repository>> open_repository(const Parameters& parameters, CommandContext& context);
Result<std::unique_ptr<Repository>> open_repository(const std::vector<OpenedStore>& opened,
                                                    const Parameters& parameters, CommandContext& context);

// What to end with when something was changed, but not on every copy.
std::optional<Error> copies_shortfall(Repository& repository);

}  // namespace skyhold
