# What the API serves beside answers, built into the program: the contract with its reference page.
# The dashboard is a library of its own: see Dashboard.cmake.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

function(embed_contract target)
  set(folder ${PROJECT_SOURCE_DIR}/src/api)
  set(contract ${CMAKE_CURRENT_BINARY_DIR}/generated/contract_files.cc)
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/generated)
  add_custom_command(
    OUTPUT ${contract}
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/scripts/generate_contract
            ${folder}/openapi.yaml ${folder}/reference.css ${contract}
    DEPENDS ${PROJECT_SOURCE_DIR}/scripts/generate_contract ${folder}/openapi.yaml ${folder}/reference.css
    VERBATIM)
  # A library of its own: the sources of a target that runs commands wait for all that it links.
  add_library(${target}_contract STATIC ${contract})
  target_include_directories(${target}_contract PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC ${target}_contract skyhold_dashboard)
endfunction()
