#define VIRESCO_LANES 8
#include "lang/kernels_impl.inc"

namespace viresco::lang {
extern const Kernels kernels_8_avx512;
const Kernels kernels_8_avx512{8, "8 lanes, avx512", run, forward, reverse};
} // namespace viresco::lang
