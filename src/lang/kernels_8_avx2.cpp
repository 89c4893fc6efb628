#define VIRESCO_LANES 8
#include "lang/kernels_impl.inc"

namespace viresco::lang {
extern const Kernels kernels_8_avx2;
const Kernels kernels_8_avx2{8, "8 lanes, avx2", run, forward, reverse};
} // namespace viresco::lang
