# `cmake --install BUILD --prefix PREFIX`: the tools, the runtime with its
# headers, a CMake package and a pkg-config file. Everything finds its
# neighbours from where it lies, so the prefix can be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS spex spex-opt RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES $<TARGET_FILE:spex_runtime> DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/runtime/include/spex
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(spex_package ${CMAKE_SOURCE_DIR}/compiler/cmake/package)
set(spex_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Spex)
configure_package_config_file(${spex_package}/SpexConfig.cmake.in
  ${CMAKE_BINARY_DIR}/SpexConfig.cmake INSTALL_DESTINATION ${spex_package_dir}
  PATH_VARS CMAKE_INSTALL_BINDIR CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/SpexConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/SpexConfig.cmake
  ${CMAKE_BINARY_DIR}/SpexConfigVersion.cmake DESTINATION ${spex_package_dir})

file(RELATIVE_PATH SPEX_PC_PREFIX
  ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(${spex_package}/spex.pc.in ${CMAKE_BINARY_DIR}/spex.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/spex.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
