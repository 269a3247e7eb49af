# A module is a folder of src/: a library of its *.cc, one test program of its *_test.cc
# (and what they share, *_test_support.cc), and one fuzz program of each *_fuzz.cc.
#
#   skyhold_module(capture DEPENDS skyhold_io PkgConfig::PQ [TEST_PROCESSORS 2])
#
# DEPENDS names the modules and libraries that it may link. TEST_PROCESSORS says how many
# cores its tests keep busy, so that ctest does not run two such programs side by side.
#
# A test program is one entry of ctest, not one for each TEST: the tests of a program
# share one scratch PostgreSQL, which takes longer to start than most tests to run.
function(skyhold_module name)
  cmake_parse_arguments(ARG "" "TEST_PROCESSORS" "DEPENDS" ${ARGN})
  string(REPLACE "/" "_" target "skyhold_${name}")
  set(folder ${PROJECT_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cc)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$|_test_support\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$|_test_support\\.cc$|_fuzz\\.cc$|/main\\.cc$")

  if(sources)
    add_library(${target} STATIC ${sources})
    set(visibility PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(visibility INTERFACE)
  endif()
  target_include_directories(${target} ${visibility} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} ${visibility} ${ARG_DEPENDS})

  if(tests AND SKYHOLD_TESTS)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE
                          ${target} skyhold_test_support GTest::gmock GTest::gtest_main)
    skyhold_test(${target}_test "${ARG_TEST_PROCESSORS}")
  endif()

  if(SKYHOLD_TESTS OR SKYHOLD_FUZZ)
    foreach(source IN LISTS fuzzers)
      skyhold_fuzzer(${target} ${source})
    endforeach()
  endif()
endfunction()

# Registers a test program with ctest.
function(skyhold_test program processors)
  if(NOT processors)
    set(processors 1)
  endif()
  add_test(NAME ${program} COMMAND ${program})
  set_tests_properties(${program} PROPERTIES TIMEOUT 300 PROCESSORS ${processors})
endfunction()

# With clang and SKYHOLD_FUZZ a real fuzzer; else the same entry point, fed with a few
# thousand inputs of a known seed, so that a fuzz target cannot rot and runs in every test.
function(skyhold_fuzzer module_target source)
  get_filename_component(stem ${source} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" stem ${stem})
  string(REGEX REPLACE "^skyhold_" "" module ${module_target})
  set(program "fuzz_${module}_${stem}")
  if(SKYHOLD_FUZZ)
    add_executable(${program} ${source})
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
  else()
    if(NOT TARGET skyhold_fuzz_replay)
      add_library(skyhold_fuzz_replay OBJECT ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_main.cc)
    endif()
    add_executable(${program} ${source})
    target_link_libraries(${program} PRIVATE skyhold_fuzz_replay)
    skyhold_test(${program} 1)
    set_tests_properties(${program} PROPERTIES
                         ENVIRONMENT "SKYHOLD_FUZZ_SEEDS=${PROJECT_SOURCE_DIR}/tests/fuzz/seeds/${program}")
  endif()
  target_link_libraries(${program} PRIVATE ${module_target})
endfunction()
