# One function for each kind of target. Every target sees the source root and
# the build root as include directories: "dialects/Moe/IR/MoeOps.h".

separate_arguments(spex_llvm_definitions NATIVE_COMMAND ${LLVM_DEFINITIONS})

set(spex_warnings -Wall -Wextra -Wno-unused-parameter)
if(SPEX_SANITIZE)
  # LLVM's own libraries carry no vptr information.
  set(spex_sanitize -fsanitize=${SPEX_SANITIZE} -fno-sanitize=vptr
                    -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
endif()

if(SPEX_COVERAGE)
  list(APPEND spex_sanitize -fprofile-instr-generate -fcoverage-mapping)
endif()

function(spex_target_defaults target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
  target_compile_options(${target} PRIVATE ${spex_warnings} ${spex_sanitize})
  target_link_options(${target} PRIVATE ${spex_sanitize})
endfunction()

# A library of the compiler or of a dialect: LLVM's flags, no exceptions.
#   spex_add_library(SpexSema A.cpp B.cpp LINK SpexFrontend DEPENDS Gen)
# In rooms where SPEX_USES_MLIR is set the files share MLIR's headers.
function(spex_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  spex_target_defaults(${name})
  target_include_directories(${name} SYSTEM PUBLIC ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
  target_compile_definitions(${name} PRIVATE ${spex_llvm_definitions})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(SPEX_USES_MLIR)
    target_precompile_headers(${name} REUSE_FROM SpexMlirHeaders)
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# The headers of MLIR that most of its users include: reading and instantiating
# them is three quarters of the time of such a file. The files still include
# what they use; -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON shows whether they do.
function(spex_add_mlir_headers)
  set(source ${CMAKE_BINARY_DIR}/MlirHeaders.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Only carries the headers.\n")
  spex_add_library(SpexMlirHeaders ${source})
  # Else no two builds of them are equal, and a compiler cache keeps nothing.
  target_compile_options(SpexMlirHeaders PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  target_precompile_headers(SpexMlirHeaders PRIVATE
    <mlir/Dialect/Arith/IR/Arith.h>
    <mlir/Dialect/Arith/Utils/Utils.h>
    <mlir/Dialect/Bufferization/IR/Bufferization.h>
    <mlir/Dialect/Func/IR/FuncOps.h>
    <mlir/Dialect/Linalg/IR/Linalg.h>
    <mlir/Dialect/Math/IR/Math.h>
    <mlir/Dialect/MemRef/IR/MemRef.h>
    <mlir/Dialect/SCF/IR/SCF.h>
    <mlir/Dialect/Tensor/IR/Tensor.h>
    <mlir/Dialect/Vector/IR/VectorOps.h>
    <mlir/IR/IRMapping.h>
    <mlir/IR/Matchers.h>
    <mlir/IR/PatternMatch.h>
    <mlir/IR/TypeUtilities.h>
    <mlir/Pass/Pass.h>
    <llvm/ADT/MapVector.h>
    <llvm/ADT/SetVector.h>
    <llvm/ADT/TypeSwitch.h>)
endfunction()

# The ops, types and passes of a dialect, from the .td files of this directory.
#   spex_add_dialect_tablegen(MoeOpsGen MoeOps moe)   -> MoeOps.h.inc, MoeDialect.h.inc ...
function(spex_add_dialect_tablegen target file dialect)
  set(LLVM_TARGET_DEFINITIONS ${file}.td)
  # LLVM's TableGen rule looks for includes here.
  include_directories(${CMAKE_SOURCE_DIR} ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  mlir_tablegen(${file}.h.inc -gen-op-decls -dialect=${dialect})
  mlir_tablegen(${file}.cpp.inc -gen-op-defs -dialect=${dialect})
  mlir_tablegen(${file}Dialect.h.inc -gen-dialect-decls -dialect=${dialect})
  mlir_tablegen(${file}Dialect.cpp.inc -gen-dialect-defs -dialect=${dialect})
  add_public_tablegen_target(${target})
endfunction()

#   spex_add_passes_tablegen(GroupedPassesGen Passes Grouped)  -> Passes.h.inc
function(spex_add_passes_tablegen target file name)
  set(LLVM_TARGET_DEFINITIONS ${file}.td)
  include_directories(${CMAKE_SOURCE_DIR} ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
  mlir_tablegen(${file}.h.inc -gen-pass-decls -name=${name})
  add_public_tablegen_target(${target})
endfunction()

# An executable that links the shared LLVM and MLIR: never MLIR's component
# libraries, which would bring a second copy of LLVM's code.
function(spex_add_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  spex_target_defaults(${name})
  target_include_directories(${name} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
  target_compile_definitions(${name} PRIVATE ${spex_llvm_definitions})
  target_compile_options(${name} PRIVATE -fno-exceptions)
  target_link_libraries(${name} PRIVATE ${ARG_LINK} MLIR LLVM)
  # Where LLVM lies is kept when the tool is installed.
  set_target_properties(${name} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
endfunction()

# A GoogleTest program, run by ctest and by `./dev test`.
function(spex_add_unit_test name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  spex_target_defaults(${name})
  target_include_directories(${name} SYSTEM PRIVATE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/unit)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
