#include "crypto/master_key.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/bytes.h"
#include "base/encoding.h"
#include "base/random.h"

namespace skyhold {
namespace {

constexpr std::string_view kFilePrefix = "skyhold-master-key-v1:";
constexpr std::size_t kMostFileBytes = 4096;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct FreeCipherContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext>;

// A context for AES-256-GCM that has seen key, nonce and associated data.
CipherContext start_gcm(bool encrypting, const std::uint8_t* key, const std::uint8_t* nonce,
                        std::string_view associated) {
  CipherContext context(EVP_CIPHER_CTX_new());
  SKYHOLD_ASSERT(context != nullptr);
  SKYHOLD_ASSERT(
      EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key, nonce, encrypting ? 1 : 0) == 1);
  int length = 0;
  SKYHOLD_ASSERT(EVP_CipherUpdate(context.get(), nullptr, &length, as_bytes(associated).data(),
                                  static_cast<int>(associated.size())) == 1);
  return context;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

Result<std::string> read_small_file(int fd, const std::filesystem::path& path) {
  std::string text(kMostFileBytes + 1, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t got = ::read(fd, text.data() + done, text.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(error_from_errno(errno, fmt::format("cannot read key file {}", path.string())));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  text.resize(done);
  return text;
}

Status write_and_sync(int fd, std::string_view text, const std::filesystem::path& path) {
  const auto failed = [&] {
    return fail(error_from_errno(errno, fmt::format("cannot write key file {}", path.string())));
  };
  while (!text.empty()) {
    const ssize_t wrote = ::write(fd, text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return failed();
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  if (::fsync(fd) != 0) return failed();
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  const FileDescriptor parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0 || ::fsync(parent.get()) != 0) return failed();
  return {};
}

}  // namespace

MasterKey MasterKey::random() {
  MasterKey key;
  random_bytes(key.bytes_);
  return key;
}

Result<MasterKey> MasterKey::parse(std::string_view text) {
  text = trim(text);
  const auto refuse = [](std::string_view why) {
    return fail(ErrorCode::kWrongKey, fmt::format("not a Skyhold master key: {}", why),
                "name the file that `skyhold key new` wrote");
  };
  if (!text.starts_with(kFilePrefix))
    return refuse(fmt::format("it does not begin with \"{}\"", kFilePrefix));
  text.remove_prefix(kFilePrefix.size());
  const Result<Bytes> decoded = base64_decode(text);
  if (!decoded) return refuse("the part behind the colon is not base64");
  MasterKey key;
  if (decoded->size() != key.bytes_.size()) return refuse("it does not hold 32 bytes");
  std::copy(decoded->begin(), decoded->end(), key.bytes_.begin());
  return key;
}

std::string MasterKey::to_text() const {
  return std::string(kFilePrefix) + base64_encode(bytes_) + "\n";
}

Result<MasterKey> MasterKey::load(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) {
    Error error = error_from_errno(errno, fmt::format("cannot open key file {}", path.string()));
    if (error.code == ErrorCode::kNotFound)
      error.hint = "make one with `skyhold key new FILE`, or name the right file";
    return fail(std::move(error));
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) {
    return fail(error_from_errno(errno, fmt::format("cannot examine key file {}", path.string())));
  }
  if ((info.st_mode & 077) != 0) {
    return fail(ErrorCode::kPermissionDenied,
                fmt::format("key file {} can be read or changed by others (mode {:04o})", path.string(),
                            info.st_mode & 07777U),
                fmt::format("run: chmod 600 '{}'", path.string()));
  }
  std::string text = TRY(read_small_file(file.get(), path));
  Result<MasterKey> key =
      text.size() > kMostFileBytes
          ? Result<MasterKey>(fail(ErrorCode::kWrongKey, "not a Skyhold master key: it is too long",
                                   "name the file that `skyhold key new` wrote"))
          : parse(text);
  OPENSSL_cleanse(text.data(), text.size());
  if (!key) return fail(key.error().in(fmt::format("key file {}", path.string())));
  return key;
}

Status MasterKey::save(const std::filesystem::path& path) const {
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    Error error = error_from_errno(errno, fmt::format("cannot create key file {}", path.string()));
    if (error.code == ErrorCode::kAlreadyExists) {
      error.hint = "choose another name: what an overwritten key had locked could never be opened again";
    }
    return fail(std::move(error));
  }
  std::string text = to_text();
  const Status written = write_and_sync(file.get(), text, path);
  OPENSSL_cleanse(text.data(), text.size());
  if (!written) ::unlink(path.c_str());
  return written;
}

std::string MasterKey::wrap(std::string_view secret, std::string_view context) const {
  Bytes wrapped(kNonceBytes + secret.size() + kTagBytes);
  random_bytes(MutableByteView(wrapped).first(kNonceBytes));
  const CipherContext gcm = start_gcm(true, bytes_.data(), wrapped.data(), context);
  int length = 0;
  SKYHOLD_ASSERT(EVP_CipherUpdate(gcm.get(), wrapped.data() + kNonceBytes, &length, as_bytes(secret).data(),
                                  static_cast<int>(secret.size())) == 1);
  std::uint8_t* const tag = wrapped.data() + kNonceBytes + secret.size();
  SKYHOLD_ASSERT(EVP_CipherFinal_ex(gcm.get(), tag, &length) == 1);
  SKYHOLD_ASSERT(EVP_CIPHER_CTX_ctrl(gcm.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
  return base64_encode(wrapped);
}

Result<std::string> MasterKey::unwrap(std::string_view wrapped, std::string_view context) const {
  Result<Bytes> decoded = base64_decode(wrapped);
  if (!decoded || decoded->size() < kNonceBytes + kTagBytes) {
    return fail(ErrorCode::kCorrupt, "a wrapped secret is not base64, or is cut off");
  }
  const std::size_t secret_bytes = decoded->size() - kNonceBytes - kTagBytes;
  const CipherContext gcm = start_gcm(false, bytes_.data(), decoded->data(), context);
  std::string secret(secret_bytes, '\0');
  int length = 0;
  SKYHOLD_ASSERT(EVP_CipherUpdate(gcm.get(), reinterpret_cast<std::uint8_t*>(secret.data()), &length,
                                  decoded->data() + kNonceBytes, static_cast<int>(secret_bytes)) == 1);
  SKYHOLD_ASSERT(EVP_CIPHER_CTX_ctrl(gcm.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes,
                                     decoded->data() + kNonceBytes + secret_bytes) == 1);
  std::array<std::uint8_t, kTagBytes> no_more{};
  if (EVP_CipherFinal_ex(gcm.get(), no_more.data(), &length) != 1) {
    OPENSSL_cleanse(secret.data(), secret.size());
    return fail(ErrorCode::kWrongKey,
                fmt::format("this master key does not open the secret of \"{}\"", context),
                "use the key file that was given when the repository was made");
  }
  return secret;
}

}  // namespace skyhold
