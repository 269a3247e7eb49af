#include "files.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <future>
#include <memory>
#include <string_view>

#include "connection.h"
#include "text.h"

namespace sample {
namespace {

constexpr double kMedianBytes = 30.0 * 1024;
constexpr double kSigma = 1.5;
constexpr std::uint64_t kLeastBytes = 1024;
constexpr std::uint64_t kMostBytes = 8 * 1024 * 1024;
constexpr std::size_t kThreads = 2;

struct FileKind {
  unsigned percent;
  bool compressible;
  std::string_view head;
  std::string_view suffix;
  std::string_view mimetype;
  std::string_view index_content;
};

constexpr std::array kKinds = std::to_array<FileKind>({
    {40, false, "\xff\xd8\xff\xe0JFIF", "jpg", "image/jpeg", "image"},
    {15, false, "\x89PNG\r\n\x1a\n", "png", "image/png", "image"},
    {15, false, "PK\x03\x04", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     "application"},
    {15, true, "%PDF-1.4\n", "pdf", "application/pdf", "application"},
    {10, true, "<!DOCTYPE html>\n", "html", "text/html", ""},
    {5, true, "id;name;amount\n", "csv", "text/csv", ""},
});

Random random_of(std::uint64_t seed, std::uint64_t index) {
  return Random(Random(seed ^ (index << 20)).next());
}

const FileKind& choose_kind(Random& random) {
  std::uint64_t dice = random.below(100);
  for (const FileKind& kind : kKinds) {
    if (dice < kind.percent) return kind;
    dice -= kind.percent;
  }
  return kKinds.back();
}

std::uint64_t choose_size(Random& random) {
  return std::clamp(static_cast<std::uint64_t>(random.log_normal(kMedianBytes, kSigma)), kLeastBytes,
                    kMostBytes);
}

std::string random_bytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at + 8 <= size; at += 8) {
    const std::uint64_t value = random.next();
    std::memcpy(bytes.data() + at, &value, 8);
  }
  return bytes;
}

std::string sha1_of(std::string_view content) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(content.data(), content.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1) {
    throw Failure("SHA-1 is not to be had from OpenSSL");
  }
  std::string text;
  for (unsigned at = 0; at < length; ++at) text += fmt::format("{:02x}", digest[at]);
  return text;
}

void write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  stream.close();
  if (!stream) throw Failure(fmt::format("cannot write {}", path.string()));
}

StoredFile make_file(const std::filesystem::path& filestore, std::uint64_t seed, std::uint64_t index) {
  Random random = random_of(seed, index);
  const std::uint64_t size = choose_size(random);
  const FileKind& kind = choose_kind(random);
  TextWriter writer(random.next());
  std::string content = kind.compressible ? writer.prose(size) : random_bytes(random, size);
  content.replace(0, kind.head.size(), kind.head);
  content.resize(size);

  StoredFile file;
  file.sha1 = sha1_of(content);
  file.size_bytes = static_cast<std::int64_t>(size);
  file.name = fmt::format("{}_{}.{}", kind.compressible ? "document" : "photo", index, kind.suffix);
  file.mimetype = kind.mimetype;
  file.index_content = kind.index_content.empty() ? writer.prose(600) : kind.index_content;
  const std::filesystem::path path = filestore / file.stored_name();
  std::filesystem::create_directories(path.parent_path());
  write_file(path, content);
  return file;
}

}  // namespace

std::vector<StoredFile> write_files_of_bytes(const std::filesystem::path& filestore, std::uint64_t bytes,
                                             std::uint64_t seed) {
  std::size_t count = 0;
  for (std::uint64_t total = 0; total < bytes; ++count) {
    Random random = random_of(seed, count);
    total += choose_size(random);
  }
  return write_files(filestore, count, seed);
}

std::vector<StoredFile> write_files(const std::filesystem::path& filestore, std::size_t count,
                                    std::uint64_t seed) {
  std::vector<StoredFile> files(count);
  std::vector<std::future<void>> workers;
  for (std::size_t worker = 0; worker < kThreads; ++worker) {
    workers.push_back(std::async(std::launch::async, [&filestore, &files, seed, worker] {
      for (std::size_t index = worker; index < files.size(); index += kThreads) {
        files[index] = make_file(filestore, seed, index);
      }
    }));
  }
  for (std::future<void>& worker : workers) worker.get();
  return files;
}

}  // namespace sample
