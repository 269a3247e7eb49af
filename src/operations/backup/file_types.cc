#include "operations/backup/file_types.h"

#include <algorithm>

namespace skyhold {
namespace {

void add(FileType& to, const FileType& more) {
  to.files += more.files;
  to.bytes += more.bytes;
}

// Both lists run along each other, so that nothing is kept for a file.
std::vector<FileType> totals(const std::vector<FileEntry>& held, const std::vector<RequiredFile>& required,
                             const Mimetypes& mimetypes) {
  std::vector<FileType> types(mimetypes.size());
  auto said = required.begin();
  for (const FileEntry& file : held) {
    while (said != required.end() && said->name < file.name) ++said;
    const bool is_said = said != required.end() && said->name == file.name;
    add(types[is_said ? said->mimetype : Mimetypes::kUnknown], {"", 1, file.size_bytes});
  }
  for (std::size_t type = 0; type < types.size(); ++type) {
    types[type].name = mimetypes.name(static_cast<Mimetypes::Number>(type));
  }
  return types;
}

}  // namespace

std::vector<FileType> count_file_types(const std::vector<FileEntry>& held,
                                       const std::vector<RequiredFile>& required,
                                       const Mimetypes& mimetypes) {
  std::vector<FileType> types = totals(held, required, mimetypes);
  FileType unknown = types[Mimetypes::kUnknown];
  unknown.name = FileType::kUnknown;
  types.erase(types.begin());
  std::erase_if(types, [](const FileType& type) { return type.files == 0; });
  const auto larger = [](const FileType& a, const FileType& b) {
    return a.bytes != b.bytes ? a.bytes > b.bytes : a.name < b.name;
  };
  std::sort(types.begin(), types.end(), larger);
  FileType other{std::string(FileType::kOther), 0, 0};
  for (; types.size() > FilestoreFacts::kMostTypes; types.pop_back()) add(other, types.back());
  for (FileType* rest : {&unknown, &other}) {
    if (rest->files > 0) types.push_back(std::move(*rest));
  }
  return types;
}

}  // namespace skyhold
