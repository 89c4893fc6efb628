#define VIRESCO_LANES 8
#include "lang/kernels_impl.inc"

namespace viresco::lang {
extern const Kernels kernels_8_generic;
const Kernels kernels_8_generic{8, "8 lanes, generic", run, forward, reverse};
} // namespace viresco::lang
