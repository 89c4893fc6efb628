# The code generator is a module that is opened when machine code has to be made: linking LLVM to the program itself
# would cost every start 30 ms. Without LLVM 14 everything is interpreted.
find_path(LLVM_INCLUDE_DIR llvm/IR/IRBuilder.h PATHS /usr/lib/llvm-14/include NO_DEFAULT_PATH)
find_library(LLVM_LIBRARY NAMES LLVM-14 PATHS /usr/lib/llvm-14/lib NO_DEFAULT_PATH)
if(NOT LLVM_INCLUDE_DIR OR NOT LLVM_LIBRARY OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  message(STATUS "LLVM 14 not found (Debian: llvm-14-dev), or not x86-64: programs are interpreted, not compiled")
  return()
endif()
add_library(viresco_jit_plugin MODULE ${PROJECT_SOURCE_DIR}/src/jit/llvm/backend.cpp)
set_target_properties(viresco_jit_plugin PROPERTIES
  OUTPUT_NAME viresco_jit LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/viresco
  CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
target_include_directories(viresco_jit_plugin PRIVATE ${PROJECT_SOURCE_DIR}/src)
target_include_directories(viresco_jit_plugin SYSTEM PRIVATE ${LLVM_INCLUDE_DIR})
target_link_libraries(viresco_jit_plugin PRIVATE ${LLVM_LIBRARY} Threads::Threads)
viresco_compile_options(viresco_jit_plugin)
# Not faster with -O2, but longer to build: the time goes inside LLVM.
target_compile_options(viresco_jit_plugin PRIVATE -O1 -fno-rtti)
install(TARGETS viresco_jit_plugin LIBRARY DESTINATION lib/viresco)
