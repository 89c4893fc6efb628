# Faster builds where the tools are there; nothing depends on them.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  # g++ knows -fuse-ld=mold from 12.1 on; an older one would fail at the first link.
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_LINK_OPTIONS -fuse-ld=mold)
  check_cxx_source_compiles("int main() { return 0; }" VIRESCO_MOLD_WORKS)
  unset(CMAKE_REQUIRED_LINK_OPTIONS)
  if(VIRESCO_MOLD_WORKS)
    add_link_options(-fuse-ld=mold)
  endif()
endif()
