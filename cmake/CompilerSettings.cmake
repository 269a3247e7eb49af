# What every target of Skyhold is compiled with. The presets choose; this file knows how.

option(SKYHOLD_WARNINGS_ARE_ERRORS "Stop at the first warning" ON)
set(SKYHOLD_SANITIZERS "" CACHE STRING "Sanitizers, as -fsanitize= takes them")
option(SKYHOLD_FUZZ "Build a libFuzzer program of every x_fuzz.cc (needs clang)" OFF)
option(SKYHOLD_HARDENING "Hardening flags for a program that meets the world" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# Both only save time: a machine without them builds the same programs.
find_program(SKYHOLD_CCACHE ccache)
find_program(SKYHOLD_MOLD mold)
if(SKYHOLD_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${SKYHOLD_CCACHE})
endif()
if(SKYHOLD_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU"
   AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict)  # false alarms on std::string's operator+ (GCC bug 105651)
endif()
if(SKYHOLD_WARNINGS_ARE_ERRORS)
  add_compile_options(-Werror)
endif()

if(SKYHOLD_SANITIZERS)
  add_compile_options(-fsanitize=${SKYHOLD_SANITIZERS} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SKYHOLD_SANITIZERS})
  if(SKYHOLD_SANITIZERS MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

if(SKYHOLD_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(SKYHOLD_HARDENING)
  include(CheckPIESupported)
  check_pie_supported(LANGUAGES CXX)
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -D_FORTIFY_SOURCE=2)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    add_compile_options(-fcf-protection)
  endif()
  add_link_options(-Wl,-z,relro -Wl,-z,now)
endif()
