// Runs one fuzz target without libFuzzer: every file of its seed folder, then mutations of
// them and random bytes. Part of the ordinary tests, so that each target keeps compiling and
// the parsers meet hostile bytes in every run; `./dev fuzz` searches in earnest.
//
// SKYHOLD_FUZZ_SEEDS names the folder; SKYHOLD_TEST_SEED repeats a run.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;
constexpr int kRandomInputs = 2000;
constexpr std::size_t kLongestRandomInput = 512;

std::vector<Input> read_seeds() {
  std::vector<Input> seeds;
  const char* folder = std::getenv("SKYHOLD_FUZZ_SEEDS");
  if (folder == nullptr || !std::filesystem::is_directory(folder)) return seeds;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

std::uint64_t choose_seed() {
  const char* given = std::getenv("SKYHOLD_TEST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

Input random_input(std::mt19937_64& random) {
  Input input(random() % kLongestRandomInput);
  for (auto& byte : input) byte = static_cast<std::uint8_t>(random());
  return input;
}

// Flips, cuts and repeats: what a damaged file looks like.
Input damaged(Input input, std::mt19937_64& random) {
  for (auto changes = random() % 4; changes > 0 && !input.empty(); --changes) {
    input[random() % input.size()] = static_cast<std::uint8_t>(random());
  }
  if (random() % 4 == 0 && !input.empty()) input.resize(random() % input.size());
  if (random() % 8 == 0) {
    const Input twice = input;
    input.insert(input.end(), twice.begin(), twice.end());
  }
  return input;
}

}  // namespace

int main() {
  const std::uint64_t seed = choose_seed();
  std::printf("SKYHOLD_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  std::mt19937_64 random(seed);
  const std::vector<Input> seeds = read_seeds();
  for (const Input& input : seeds) LLVMFuzzerTestOneInput(input.data(), input.size());
  for (int i = 0; i < kRandomInputs; ++i) {
    const bool mutate = !seeds.empty() && i % 2 == 0;
    const Input input = mutate ? damaged(seeds[random() % seeds.size()], random) : random_input(random);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu seeds and %d inputs\n", seeds.size(), kRandomInputs);
}
